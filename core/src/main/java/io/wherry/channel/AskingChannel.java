// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Gap;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.MessageHandler;
import io.wherry.MessageListener;
import io.wherry.Position;
import io.wherry.RequestHandler;
import io.wherry.Start;
import io.wherry.Subscription;
import io.wherry.TransportChange;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The channel of a peer that asks once and has none: what is sent on it while the handler runs is the answer.
 * Thread-safe; its lock guards the answer alone.
 */
final class AskingChannel implements Channel {

    private final RealServer server;
    private final Handshake handshake;
    private final @Nullable Principal principal;
    private final List<Message> answer = new ArrayList<>(1);
    private boolean ended;

    AskingChannel(RealServer server, Handshake handshake, @Nullable Principal principal) {
        this.server = server;
        this.handshake = handshake;
        this.principal = principal;
    }

    /** Calls the one handler or the other where callbacks run; completes a stage with the reply, or with what was sent. On a loop. */
    void ask(
            String name,
            Message message,
            @Nullable RequestHandler requestHandler,
            @Nullable MessageHandler messageHandler,
            CompletableFuture<List<Message>> result) {
        server.callbacks(Runnable::run).execute(() -> {
            if (requestHandler != null) {
                ClientMessages.answering(requestHandler, this, message).whenComplete((reply, failure) -> {
                    if (failure == null && reply != null) {
                        result.complete(List.of(reply));
                    } else {
                        result.completeExceptionally(ClientMessages.publicError(toString(), name, failure));
                    }
                });
            } else if (messageHandler != null) {
                try {
                    messageHandler.message(this, message);
                    result.complete(end());
                } catch (Throwable e) { // whatever it is, a peer waits for an answer
                    result.completeExceptionally(ClientMessages.publicError(toString(), name, e));
                }
            }
        });
    }

    private synchronized List<Message> end() {
        ended = true;
        return List.copyOf(answer);
    }

    private static WherryException notHere(String what) {
        return new WherryException(
                ErrorCode.CLOSED, what + ": not for a peer that asks once (expected: a channel that stays)");
    }

    @Override
    public synchronized CompletionStage<Void> send(String to, Message message) {
        Envelope.requireName("to", to);
        if (ended) {
            return CompletableFuture.failedFuture(notHere("send after the handler has ended"));
        }
        answer.add(message);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Message> request(String to, Message message) {
        return CompletableFuture.failedFuture(notHere("request"));
    }

    @Override
    public CompletionStage<Message> request(String to, Message message, Duration timeout) {
        return request(to, message);
    }

    @Override
    public Subscription subscribe(String topic, Start start, MessageListener listener) {
        throw notHere("subscribe");
    }

    @Override
    public CompletionStage<Position> publish(String topic, Message message) {
        return server.topic(topic).publish(message);
    }

    @Override
    public String id() {
        return "";
    }

    @Override
    public String transport() {
        return handshake.transport();
    }

    @Override
    public synchronized State state() {
        return ended ? State.CLOSED : State.OPEN;
    }

    @Override
    public @Nullable Position position() {
        return null;
    }

    @Override
    public @Nullable Principal principal() {
        return principal;
    }

    @Override
    public Handshake handshake() {
        return handshake;
    }

    @Override
    public Channel onMessage(String name, MessageHandler handler) {
        return this;
    }

    @Override
    public Channel onRequest(String name, RequestHandler handler) {
        return this;
    }

    @Override
    public Channel onGap(Consumer<Gap> listener) {
        return this;
    }

    @Override
    public Channel onState(Consumer<State> listener) {
        return this;
    }

    @Override
    public Channel onTransport(Consumer<TransportChange> listener) {
        return this;
    }

    @Override
    public CompletionStage<Void> switchTo(String transport) {
        return ServerChannel.noSwitchHere();
    }

    @Override
    public Channel onClose(Consumer<WherryException> listener) {
        return this;
    }

    @Override
    public CompletionStage<Void> refreshCredentials() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean isWritable() {
        return state() == State.OPEN;
    }

    @Override
    public Channel onWritable(Runnable listener) {
        return this;
    }

    @Override
    public void close() {
        end();
    }

    @Override
    public CompletionStage<Void> closeAsync() {
        end();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public String toString() {
        return "Channel[asking once, " + handshake + "]";
    }
}
