// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.wherry.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a peer without a library has received, found out by pings: whoever answers one has got everything that was sent
 * before it. Confined to a loop.
 */
final class Receipts {

    private final long everyNanos;
    private @Nullable Position pinged;
    private @Nullable Position received;
    private long pingedNanos;

    /**
     * Makes receipts for a connection.
     *
     * @param everyNanos after how long the peer is asked in any case
     * @param nowNanos the time of the loop
     */
    Receipts(long everyNanos, long nowNanos) {
        this.everyNanos = everyNanos;
        this.pingedNanos = nowNanos;
    }

    /**
     * Whether to ping now: something was written to this peer alone, which somebody waits to be received, or it was long ago.
     *
     * @param written up to where has been written
     */
    boolean isPingDue(Position written, long nowNanos) {
        boolean isNews = written.sub() > 0 && !written.equals(received);
        return nowNanos - pingedNanos >= everyNanos || (pinged == null && isNews);
    }

    /** A ping was written, after everything up to a position. */
    void ping(Position written, long nowNanos) {
        pinged = written;
        pingedNanos = nowNanos;
    }

    /** A pong has come; up to where the peer has received, null when that is known already. */
    @Nullable Position pong() {
        Position answered = pinged;
        pinged = null;
        if (answered != null) {
            received = answered;
        }
        return answered;
    }
}
