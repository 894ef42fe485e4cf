// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.examples.soak.Tally.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One channel with its two sides, what was sent over it, and what was heard. Sends are made by the driver's thread alone;
 * what is heard comes on the threads of the channel.
 */
final class Peer {

    /** How many messages and requests may wait for the other side, each way. */
    private static final int MAX_WAITING = 300;

    private static final String TO = "to";

    private final int index;
    private final Tally tally;
    private final Channel client;
    private final Channel server;
    private final Stream news = new Stream();
    private final List<Stream> talk = new ArrayList<>();
    private final Stream up = new Stream();
    private final Stream down = new Stream();
    private final AtomicInteger waitingUp = new AtomicInteger();
    private final AtomicInteger waitingDown = new AtomicInteger();
    private final AtomicBoolean changing = new AtomicBoolean();
    private long sentUp;
    private long sentDown;

    /**
     * Begins to listen on both sides of a channel that is open.
     *
     * @param index which channel it is
     * @param talkers how many sources the topic of its group has
     */
    Peer(int index, int talkers, Channel client, Channel server, Tally tally) {
        this.index = index;
        this.client = client;
        this.server = server;
        this.tally = tally;
        for (int i = 0; i < talkers; i++) {
            talk.add(new Stream());
        }
        client.onGap(gap -> gapTold());
        client.onTransport(change -> tally.changesSeen.increment());
        client.onMessage(TO, (channel, message) -> heard(down, message));
        client.onRequest(TO, (channel, message) -> heard(down, message));
        server.onMessage(TO, (channel, message) -> heard(up, message));
        server.onRequest(TO, (channel, message) -> heard(up, message));
    }

    /** Listens to the topic of all and the topic of its group; completes when the server says so. */
    CompletableFuture<?> subscribe(String newsTopic, String talkTopic) {
        CompletionStage<?> toNews = client.subscribe(newsTopic, message -> take(news, Label.of(message)))
                .subscribed();
        CompletionStage<?> toTalk = client.subscribe(talkTopic, message -> {
                    Label label = Label.of(message);
                    take(talk.get(label.source()), label);
                })
                .subscribed();
        return toNews.thenCombine(toTalk, (one, other) -> one).toCompletableFuture();
    }

    private Message heard(Stream stream, Message message) {
        Label label = Label.of(message);
        if (label.source() == index) {
            take(stream, label);
        } else {
            tally.astray.increment();
        }
        return message;
    }

    private void take(Stream stream, Label label) {
        stream.take(label.number());
        tally.delivered(label, client.transport());
    }

    private void gapTold() {
        tally.gaps.increment();
        news.gapTold();
        talk.forEach(Stream::gapTold);
        down.gapTold();
    }

    // ---- what goes out, by the driver

    /** Whether so few messages wait each way that another may be sent. */
    boolean hasRoom() {
        return waitingUp.get() < MAX_WAITING && waitingDown.get() < MAX_WAITING;
    }

    void sendUp(int padding) {
        Message message = new Label(index, ++sentUp, System.nanoTime()).message(padding);
        settle(waitingUp, client.send(TO, message));
    }

    void sendDown(int padding) {
        Message message = new Label(index, ++sentDown, System.nanoTime()).message(padding);
        settle(waitingDown, server.send(TO, message));
    }

    void askUp(int padding) {
        Message message = new Label(index, ++sentUp, System.nanoTime()).message(padding);
        settle(waitingUp, client.request(TO, message).thenAccept(reply -> answered(message, reply)));
    }

    void askDown(int padding) {
        Message message = new Label(index, ++sentDown, System.nanoTime()).message(padding);
        settle(waitingDown, server.request(TO, message).thenAccept(reply -> answered(message, reply)));
    }

    void publish(String topic, Message message) {
        settle(waitingUp, client.publish(topic, message));
    }

    private void answered(Message asked, Message reply) {
        if (reply.equals(asked)) {
            tally.delivered(Label.of(reply), client.transport());
        } else {
            tally.astray.increment();
        }
    }

    private void settle(AtomicInteger waiting, CompletionStage<?> stage) {
        waiting.incrementAndGet();
        stage.whenComplete((done, failure) -> {
            if (failure != null) {
                tally.refused.increment();
            }
            waiting.decrementAndGet();
        });
    }

    /** Changes the transport, but not while it is being changed. */
    void switchTo(String transport) {
        if (changing.compareAndSet(false, true)) {
            tally.changesAsked.increment();
            client.switchTo(transport).whenComplete((done, failure) -> {
                (failure == null ? tally.changesDone : tally.changesFailed).increment();
                changing.set(false);
            });
        }
    }

    // ---- the end

    /** Whether all that was sent has come. */
    boolean hasAll(long newsSent, long[] talkSent) {
        boolean all = waitingUp.get() == 0
                && waitingDown.get() == 0
                && !changing.get()
                && news.hasAll(newsSent)
                && up.hasAll(sentUp)
                && down.hasAll(sentDown);
        for (int i = 0; all && i < talkSent.length; i++) {
            all = talk.get(i).hasAll(talkSent[i]);
        }
        return all;
    }

    /** What became of all that was sent. */
    Stream.Sum sum(long newsSent, long[] talkSent) {
        Stream.Sum sum = news.sum(newsSent).plus(up.sum(sentUp)).plus(down.sum(sentDown));
        for (int i = 0; i < talkSent.length; i++) {
            sum = sum.plus(talk.get(i).sum(talkSent[i]));
        }
        return sum;
    }

    /** The channel and most of its streams, for whoever looks for a fault. */
    @Override
    public String toString() {
        return "Peer[" + index + ", " + client + ", waiting " + waitingUp + " up, " + waitingDown + " down, news "
                + news + ", up " + up + ", down " + down + "]";
    }
}
