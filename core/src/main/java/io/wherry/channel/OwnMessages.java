// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a server sends on one channel alone: messages and requests of the application, and answers to the client. What any thread
 * may call says so; the rest is confined to the channel's home loop.
 */
final class OwnMessages {

    private final ServerChannel channel;
    private final OwnLog log;
    /** Null while there was none: a server asks few of its clients. */
    private @Nullable PendingRequests requests;

    OwnMessages(ServerChannel channel, OwnLog log) {
        this.channel = channel;
        this.log = log;
    }

    /** Sends a message; completes when the client has it. Any thread. */
    CompletionStage<Void> send(String to, Message message) {
        Envelope.requireName("to", to);
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        post(message, arrived, () -> giveCounted(lastSequence(), Kind.DIRECT, to, null, message, arrived));
        return arrived;
    }

    /** Sends a request; completes with its reply. Any thread. */
    CompletionStage<Message> request(String to, Message message, Duration timeout) {
        Envelope.requireName("to", to);
        CompletableFuture<Message> reply = new CompletableFuture<>();
        post(message, reply, () -> ask(to, message, timeout, reply));
        return reply;
    }

    /** Takes a message of the application's, where there is room for it, and gives it on the home loop. Any thread. */
    private void post(Message message, CompletableFuture<?> stage, Runnable giving) {
        int size = message.size();
        int most = channel.settings().limits().message();
        int weight = OwnLog.weight(message);
        if (channel.hasEnded()) {
            stage.completeExceptionally(new WherryException(ErrorCode.CLOSED, "the channel is closed"));
        } else if (size > most) {
            stage.completeExceptionally(RealTopic.tooLarge(size, most));
        } else if (!channel.budget().reserve(weight)) {
            stage.completeExceptionally(OwnLog.full(channel.budget().max()));
        } else {
            channel.mailbox().execute(() -> {
                WherryException reason = channel.endReason();
                if (reason == null) {
                    giving.run();
                } else {
                    channel.budget().release(weight);
                    channel.completions().fail(stage, reason);
                    channel.completions().flush();
                }
            });
        }
    }

    private void ask(String to, Message message, Duration timeout, CompletableFuture<Message> reply) {
        Position number = giveCounted(lastSequence(), Kind.REQUEST, to, null, message, null)
                .position();
        PendingRequests pending = requests == null ? new PendingRequests(channel.completions()) : requests;
        requests = pending;
        Loop.Timer timer = channel.home()
                .loop()
                .schedule(
                        () -> channel.mailbox().execute(() -> pending.timedOut(number, to, timeout)),
                        Durations.nanos(timeout));
        pending.add(number, reply, timer);
    }

    /**
     * Gives the client an envelope of this side's own. A client that lets too much of it lie ends its channel.
     *
     * @param afterSequence the place in the log after which it takes its own
     */
    void give(long afterSequence, Kind kind, String name, @Nullable String argument, Message message) {
        channel.budget().add(OwnLog.weight(message));
        giveCounted(afterSequence, kind, name, argument, message, null);
        if (channel.budget().isOver()) {
            channel.mailbox()
                    .execute(() -> channel.end(OwnLog.full(channel.budget().max()), true));
        }
    }

    /** Gives the client an envelope that says nothing, to have it confirmed that all before has arrived. */
    void giveProbe(CompletableFuture<Void> arrived) {
        Message nothing = Message.empty();
        channel.budget().add(OwnLog.weight(nothing));
        giveCounted(lastSequence(), Kind.HEARTBEAT, ServerMessages.QUESTION, null, nothing, arrived);
    }

    private OwnLog.Own giveCounted(
            long afterSequence,
            Kind kind,
            String name,
            @Nullable String argument,
            Message message,
            @Nullable CompletableFuture<Void> arrived) {
        OwnLog.Own added = log.add(afterSequence, kind, name, argument, message, arrived);
        channel.reader().ownAdded(added);
        return added;
    }

    private long lastSequence() {
        return channel.reader().lastSequence();
    }

    /** The client has received up to a position. */
    void received(Position upTo) {
        if (log.isEmpty()) {
            return;
        }
        log.trim(upTo, channel.completions());
        channel.completions().flush();
    }

    /** The reply to a request of this side has come. */
    void replied(Envelope reply) {
        if (requests != null) {
            requests.replied(reply);
        } else {
            var unused = Position.parse(reply.name()); // refused where it is none, as always
        }
    }

    /** The channel has ended: no reply will come. What was sent may still be confirmed. */
    void ended(WherryException reason) {
        if (requests != null) {
            requests.fail(reason);
        }
    }

    /** Nobody will confirm anything. */
    void forgotten(WherryException reason) {
        if (log.isEmpty()) {
            return;
        }
        log.fail(reason, channel.completions());
    }
}
