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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The channel of a peer that asks once and has none: what is sent on it while the handler runs is the answer.
 * Thread-safe; its lock guards the answer alone.
 */
final class AskingChannel implements Channel {

    private final RealServer server;
    private final Supplier<Handshake> handshake;
    private final @Nullable Principal principal;
    private final CompletableFuture<List<Message>> result = new CompletableFuture<>();
    private List<Message> answer = List.of();
    private boolean ended;

    AskingChannel(RealServer server, Supplier<Handshake> handshake, @Nullable Principal principal) {
        this.server = server;
        this.handshake = handshake;
        this.principal = principal;
    }

    /** What is answered. */
    CompletableFuture<List<Message>> result() {
        return result;
    }

    /** Calls the one handler or the other where callbacks run; its reply, or what was sent meanwhile, is the answer. On a loop. */
    void ask(
            String name,
            Message message,
            @Nullable RequestHandler requestHandler,
            @Nullable MessageHandler messageHandler) {
        server.callbacks(Runnable::run).execute(() -> {
            if (requestHandler != null) {
                request(name, message, requestHandler);
            } else if (messageHandler != null) {
                tell(name, message, messageHandler);
            }
        });
    }

    private void request(String name, Message message, RequestHandler handler) {
        CompletionStage<Message> reply = ClientMessages.answering(handler, this, message);
        if (reply instanceof CompletableFuture<Message> done && done.isDone() && !done.isCompletedExceptionally()) {
            replied(name, done.join(), null);
        } else {
            var unused = reply.whenComplete((given, failure) -> replied(name, given, failure));
        }
    }

    private void replied(String name, @Nullable Message reply, @Nullable Throwable failure) {
        if (failure == null && reply != null) {
            server.asked().answered(this, List.of(reply));
        } else {
            server.asked().failed(this, ClientMessages.publicError(toString(), name, failure));
        }
    }

    private void tell(String name, Message message, MessageHandler handler) {
        try {
            handler.message(this, message);
        } catch (Throwable e) { // whatever it is, a peer waits for an answer
            server.asked().failed(this, ClientMessages.publicError(toString(), name, e));
            return;
        }
        server.asked().answered(this, end());
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
        if (answer.isEmpty()) {
            answer = new ArrayList<>(1);
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
        return handshake.get().transport();
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
        return handshake.get();
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
