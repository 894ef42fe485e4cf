// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import io.wherry.examples.soak.Tally.Label;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server and its clients on real sockets, driven at random over a network that breaks. Confined to the driver's thread. */
final class Fleet implements AutoCloseable {

    private static final List<String> TRANSPORTS = List.of("websocket", "sse", "longpoll", "comet", "http");
    private static final String NEWS = "news";
    private static final int TICK_MILLIS = 5;
    private static final int MAX_ACTIONS = 5000;
    private static final int MAX_BEHIND = 500;
    private static final int MAX_PADDING = 200;
    private static final int LARGE_PADDING = 20_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Plan plan;
    private final Random random;
    private final Consumer<String> progress;
    private final Tally tally = new Tally();
    private final EventLoopGroup network = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Server server;
    private final Topic news;
    private final List<Group> groups = new ArrayList<>();
    private final List<Peer> peers = new ArrayList<>();
    private long newsSent;
    private long promised;

    /** Starts the server, and opens all channels. */
    Fleet(Plan plan, Consumer<String> progress) {
        this.plan = plan;
        this.random = new Random(plan.seed());
        this.progress = progress;
        this.server = Wherry.server()
                .port(0)
                .transports(TRANSPORTS.toArray(String[]::new))
                .set("wherry.host", "127.0.0.1")
                .set("wherry.comet.response-bytes", "64KiB")
                .set("wherry.request-timeout", "120s")
                .build();
        TopicOptions kept = TopicOptions.defaults().maxCount(100_000).maxBytes(256L << 20);
        this.news = server.topic(NEWS, kept);
        server.start();
        for (int i = 0; i < plan.groups(); i++) {
            int from = plan.channels() * i / plan.groups();
            int to = plan.channels() * (i + 1) / plan.groups();
            groups.add(group(i, from, to, server.topic("talk-" + i, kept.clientPublish(true))));
        }
        groups.forEach(group -> peers.addAll(group.peers()));
    }

    private Group group(int number, int from, int to, Topic topic) {
        List<String> preferred = new ArrayList<>(TRANSPORTS);
        Collections.shuffle(preferred, random);
        Client client = Wherry.client()
                .transports(preferred.toArray(String[]::new))
                .set("wherry.backoff-min", "20ms")
                .set("wherry.backoff-max", "500ms")
                .set("wherry.put-aside-min", "200ms")
                .set("wherry.put-aside-max", "2s")
                .set("wherry.request-timeout", "120s")
                .set("wherry.http.poll-interval", "100ms")
                .build();
        Cutter cutter = Cutter.start(network.next(), server.port());
        URI uri = URI.create("http://127.0.0.1:" + cutter.port() + "/wherry");
        List<CompletableFuture<Channel>> opening = new ArrayList<>();
        for (int i = from; i < to; i++) {
            opening.add(opened(client.connect(uri)));
        }
        List<Peer> members = new ArrayList<>();
        for (int i = from; i < to; i++) {
            Channel channel = opening.get(i - from).join();
            @Nullable Channel serverSide = server.channel(channel.id());
            if (serverSide == null) {
                throw new IllegalStateException("the server has no " + channel);
            }
            members.add(new Peer(i, to - from + 1, channel, serverSide, tally));
        }
        members.stream().map(member -> member.subscribe(NEWS, topic.name())).forEach(CompletableFuture::join);
        progress.accept("group " + number + ": " + members.size() + " channels by " + preferred.get(0));
        return new Group(client, cutter, topic, members);
    }

    private static CompletableFuture<Channel> opened(Channel channel) {
        CompletableFuture<Channel> opened = new CompletableFuture<>();
        channel.onState(state -> {
            if (state == Channel.State.OPEN) {
                opened.complete(channel);
            }
        });
        channel.onClose(opened::completeExceptionally);
        return opened;
    }

    /** Runs as planned, and says what came of it. */
    Report run() throws InterruptedException {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(plan.seconds());
        long nextReport = begin + REPORT_NANOS;
        long mayWait = (long) MAX_BEHIND * plan.channels();
        double perNano = (double) plan.messages() / (end - begin);
        for (long now = begin; now < end || tally.delivered.sum() < plan.messages(); now = System.nanoTime()) {
            long due = (long) (perNano * (now - begin));
            for (int i = 0; i < MAX_ACTIONS && promised < due && promised - tally.delivered.sum() < mayWait; i++) {
                act();
            }
            groups.forEach(group -> group.harm(random, TRANSPORTS));
            if (now > nextReport) {
                progress.accept(TimeUnit.NANOSECONDS.toSeconds(now - begin) + " s: " + tally);
                nextReport += REPORT_NANOS;
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
        groups.forEach(group -> group.cutter().calm());
        awaitAll();
        return report(System.nanoTime() - begin);
    }

    /** Sends something: each kind as often as makes a fair share of what is delivered. */
    private void act() {
        int padding = random.nextInt(1000) == 0 ? random.nextInt(LARGE_PADDING) : random.nextInt(MAX_PADDING);
        Group group = groups.get(random.nextInt(groups.size()));
        Peer peer = peers.get(random.nextInt(peers.size()));
        double dice = random.nextDouble() * 100;
        double newsShare = Math.min(10, 100.0 / peers.size());
        if (dice < newsShare) {
            news.publish(new Label(0, ++newsSent, System.nanoTime()).message(padding));
            promised += peers.size();
        } else if (dice < 20) {
            promised += group.talk(random, padding);
        } else if (peer.hasRoom()) {
            promised += send(peer, random.nextInt(10), padding);
        }
    }

    private static int send(Peer peer, int dice, int padding) {
        if (dice < 4) {
            peer.sendUp(padding);
        } else if (dice < 8) {
            peer.sendDown(padding);
        } else if (dice < 9) {
            peer.askUp(padding);
            return 2;
        } else {
            peer.askDown(padding);
            return 2;
        }
        return 1;
    }

    /** Waits until all has come, or nothing comes any more. */
    private void awaitAll() throws InterruptedException {
        long before = -1;
        long since = System.nanoTime();
        while (!groups.stream().allMatch(group -> group.hasAll(newsSent))) {
            long delivered = tally.delivered.sum();
            if (delivered != before) {
                before = delivered;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > PATIENCE_NANOS) {
                groups.forEach(
                        group -> group.peersThatMiss(newsSent).forEach(peer -> progress.accept(peer.toString())));
                return;
            }
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
    }

    private Report report(long tookNanos) {
        Stream.Sum sum = groups.stream().map(group -> group.sum(newsSent)).reduce(Stream.Sum.NONE, Stream.Sum::plus);
        boolean all = groups.stream().allMatch(group -> group.hasAll(newsSent));
        long cuts = groups.stream().mapToLong(group -> group.cutter().cuts()).sum();
        return new Report(plan, tookNanos, sum, all, cuts, tally);
    }

    @Override
    public void close() {
        groups.forEach(group -> group.client().close());
        server.close();
        network.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
