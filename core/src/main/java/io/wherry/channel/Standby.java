// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.WherryException;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import org.jspecify.annotations.Nullable;

/**
 * The connection that waits to take a server's channel over from the one that it has: proven first, taken then. Confined to
 * the channel's mailbox; the connection may live on another loop.
 *
 * <p>A run of polls is one connection in this sense: between two polls it has a number and no connection.
 */
final class Standby {

    private final long number;
    private @Nullable Connection connection;
    private long sinceNanos;
    private boolean answerDue;

    Standby(long number) {
        this.number = number;
    }

    /** Which of the client's connections it is. */
    long number() {
        return number;
    }

    @Nullable Connection connection() {
        return connection;
    }

    boolean isOver(Connection other) {
        return connection == other;
    }

    /** Takes a connection, or the next poll. What is written first is given; what it was asked meanwhile is answered. */
    void attach(Connection next, @Nullable Envelope welcome, long nowNanos) {
        Connection before = connection;
        connection = next;
        sinceNanos = nowNanos;
        if (before != null) {
            before.loop().execute(() -> before.close(ChannelConnections.superseded()));
        }
        Envelope answer = answerDue ? ChannelConnections.answer() : null;
        answerDue = false;
        next.loop().execute(() -> write(next, welcome, answer));
    }

    /** Its client asks for a sign of life. One that does not read what it is written is given no more. */
    void asked() {
        Connection current = connection;
        if (current == null) {
            answerDue = true;
        } else {
            current.loop().execute(() -> {
                if (current.isWritable()) {
                    write(current, ChannelConnections.answer(), null);
                }
            });
        }
    }

    /** Its connection has ended, or its poll was answered. */
    void detached() {
        connection = null;
    }

    /** Something was heard of it. */
    void heard(long nowNanos) {
        sinceNanos = nowNanos;
    }

    /** Whether nothing was heard of its client for too long. */
    boolean isLost(long nowNanos, long lostAfterNanos) {
        return connection != null && nowNanos - sinceNanos > lostAfterNanos;
    }

    /** Ends the connection that it has. */
    void close(@Nullable WherryException reason) {
        Connection current = connection;
        connection = null;
        if (current != null) {
            current.loop().execute(() -> current.close(reason));
        }
    }

    /** On the loop of the connection. */
    private static void write(Connection to, @Nullable Envelope first, @Nullable Envelope second) {
        if (first != null) {
            to.writeOwn(first);
        }
        if (second != null) {
            to.writeOwn(second);
        }
        to.flush();
    }
}
