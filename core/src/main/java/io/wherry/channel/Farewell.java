// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * How a channel of the server ends: why, and whether its client knows. Confined to the channel's mailbox.
 *
 * <p>Where the server stops, the channel takes no more messages first, waits for its handlers and their replies, and has its
 * client confirm that all has arrived. What the client sends meanwhile is not applied, and it is told so: it may send that to
 * whoever serves it next.
 */
final class Farewell {

    /** When a client is to come back after an end that is not for good and does not say. */
    private static final Duration COME_BACK = Duration.ofSeconds(1);

    private final ServerChannel channel;
    /** Null until somebody asks for it; guarded by this, as is whether it is complete, or would be. */
    private @Nullable CompletableFuture<Void> told;

    private boolean isComplete;
    private @Nullable WherryException leaving;
    private @Nullable WherryException reason;
    private long beganNanos;
    private boolean isTold;

    Farewell(ServerChannel channel) {
        this.channel = channel;
    }

    /** Why the channel has ended; null while it has not. */
    @Nullable WherryException reason() {
        return reason;
    }

    /** Whether the client was told of the end, or cannot be. */
    boolean isTold() {
        return isTold;
    }

    /** Completes when the client was told of the end, or cannot be. Any thread. */
    synchronized CompletableFuture<Void> told() {
        CompletableFuture<Void> stage = told;
        if (stage == null) {
            stage = new CompletableFuture<>();
            told = stage;
            if (isComplete) {
                stage.complete(null);
            }
        }
        return stage;
    }

    /** The channel ends; returns whether it had not ended before. */
    boolean begin(WherryException why) {
        if (reason != null) {
            return false;
        }
        reason = why;
        beganNanos = channel.home().loop().nanoTime();
        return true;
    }

    /** Whether the client had its time to hear of the end. */
    boolean isOver(long nowNanos, long windowNanos) {
        return reason != null && nowNanos - beganNanos > windowNanos;
    }

    // ---- leaving in order

    /** Ends the channel when all that has come is done, and the client has confirmed all that it was given. */
    void prepare(WherryException why) {
        if (reason != null || leaving != null) {
            return;
        }
        leaving = why;
        channel.inbound().takeNoMore();
        channel.dispatcher().dispatch(0, () -> channel.mailbox().execute(this::handlersCalled));
    }

    private void handlersCalled() {
        channel.inbound().whenReplied(this::replied);
    }

    private void replied() {
        if (channel.inbound().owesReplies()) {
            // Others that wait have taken the place.
            channel.mailbox().execute(this::handlersCalled);
            return;
        }
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        var unused = arrived.thenRun(() -> channel.mailbox().execute(this::waitNoMore));
        if (reason == null) {
            channel.own().giveProbe(arrived);
        }
    }

    /** All is confirmed, or the client has been away for too long: a channel that is about to end does so. */
    void waitNoMore() {
        WherryException why = leaving;
        if (why != null) {
            channel.end(why, true);
        }
    }

    // ---- telling the client

    /** Tells the client of the end, where it has been given everything before; called whenever it has. */
    void tell() {
        WherryException why = reason;
        Connection connection = channel.reader().connectionOrNull();
        if (why == null || isTold || connection == null) {
            return;
        }
        if (!connection.isWritable()) {
            // It may have ended, as a poll that was answered. This is called again when it is writable, or for the next
            // one.
            channel.reader().fallBehind();
            return;
        }
        isTold = true;
        channel.endReading();
        write(connection, why);
        complete();
    }

    /** Tells a client that has come back, because it may not have heard it. */
    void tellAgain(Connection connection) {
        WherryException why = reason;
        if (why != null) {
            connection.loop().execute(() -> write(connection, why));
        }
    }

    /** Ends a connection with the reason, the advice, and what was applied. On the connection's loop. */
    private void write(Connection connection, WherryException why) {
        String argument = advice(why) + " " + channel.inbound().applied();
        Envelope end = Envelope.at(null, Kind.END, why.code().text(), argument, Message.of(why.getMessage()));
        connection.writeOwn(end);
        connection.flush();
        connection.close(why);
    }

    private static String advice(WherryException why) {
        return switch (why.code().advice()) {
            case NOW -> "now";
            case NEVER -> "never";
            case LATER -> {
                Duration after = why.retryAfter();
                yield Long.toString((after == null ? COME_BACK : after).toMillis());
            }
        };
    }

    /** Nobody can come back to the channel: a connection that comes now is too late, and is closed at once. */
    void forgotten() {
        isTold = true;
        complete();
    }

    private void complete() {
        CompletableFuture<Void> waited;
        synchronized (this) {
            isComplete = true;
            waited = told;
        }
        if (waited != null) {
            channel.completions().done(waited);
            channel.completions().flush();
        }
    }
}
