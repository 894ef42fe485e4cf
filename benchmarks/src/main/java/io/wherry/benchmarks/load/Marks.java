// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Payload;
import java.nio.ByteBuffer;

/**
 * Finds payloads in what a server sends, whatever they are framed in and wherever it is cut: by their first two bytes, after which it looks at the time
 * when the payload was due and passes over the rest. Used by one thread.
 */
final class Marks {

    /** Framings may put something between the pieces of a payload; so it looks again a little before its end. */
    private static final int SLACK = 8;

    private final int digits;
    private final int passOver;
    private long count;
    private long due;
    private long lastDue;
    private long bytes;
    private int digitsLeft;
    private int left;
    private boolean isBegun;

    /** Who is told of a payload. */
    @FunctionalInterface
    interface Taker {

        /** A payload that was due then has come, at least its beginning. */
        void take(long dueNanos);
    }

    /**
     * For payloads of one length.
     *
     * @param length at least 3; below {@link Payload#TIMED} their times are cut off
     */
    Marks(int length) {
        digits = Math.min(Payload.DIGITS, length - 2);
        passOver = Math.max(0, length - Payload.TIMED - SLACK);
    }

    /** Takes all bytes of a buffer. */
    void take(ByteBuffer in, Taker taker) {
        bytes += in.remaining();
        int at = in.position();
        int end = in.limit();
        while (at < end) {
            if (left > 0) {
                int passed = Math.min(left, end - at);
                at += passed;
                left -= passed;
            } else if (digitsLeft > 0) {
                byte digit = in.get(at++);
                if (digit < '0' || digit > '9') {
                    throw new IllegalStateException("payload: no time in it");
                }
                due = due * 10 + digit - '0';
                if (--digitsLeft == 0) {
                    found(taker);
                }
            } else {
                byte next = in.get(at++);
                if (isBegun && next == Payload.SECOND) {
                    due = 0;
                    digitsLeft = digits;
                }
                isBegun = next == Payload.FIRST;
            }
        }
        in.position(end);
    }

    private void found(Taker taker) {
        left = passOver;
        count++;
        lastDue = due;
        taker.take(due);
    }

    /** How many payloads have begun to come. */
    long count() {
        return count;
    }

    /** When the last of them was due. */
    long lastDue() {
        return lastDue;
    }

    /** How many bytes have come, whatever they were. */
    long bytes() {
        return bytes;
    }
}
