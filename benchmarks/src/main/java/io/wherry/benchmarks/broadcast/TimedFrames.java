// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the times at which messages were due in a server's stream of WebSocket frames, wherever it is cut. Used by one thread.
 */
final class TimedFrames {

    /** What a payload begins with that tells a time, in nanoseconds of {@link System#nanoTime()}, which processes share. */
    private static final char MARK = '@';

    private static final int DIGITS = 19;
    private static final int LENGTH = DIGITS + 1;

    private final byte[] head = new byte[10];
    private final byte[] begin = new byte[LENGTH];
    private int headLength;
    private int beginLength;
    private long payloadLeft;
    private long count;
    private long lastDue;
    private long bytes;

    /** Who is told of a message. */
    @FunctionalInterface
    interface Taker {

        /** A message that was due then has come. */
        void take(long dueNanos);
    }

    /** A payload of so many bytes, at least 20, that tells a time. */
    static byte[] payload(long dueNanos, int length) {
        String text = MARK + String.format("%0" + DIGITS + "d", dueNanos);
        return (text + "x".repeat(Math.max(0, length - LENGTH))).getBytes(StandardCharsets.US_ASCII);
    }

    /** Takes all bytes of a buffer. */
    void take(ByteBuffer in, Taker taker) {
        bytes += in.remaining();
        while (in.hasRemaining()) {
            if (payloadLeft > 0) {
                int length = (int) Math.min(payloadLeft, in.remaining());
                int kept = Math.min(length, LENGTH - beginLength);
                in.get(begin, beginLength, kept);
                beginLength += kept;
                in.position(in.position() + length - kept);
                payloadLeft -= length;
            } else {
                head[headLength++] = in.get();
                if (headLength < 2 || headLength < headSize()) {
                    continue;
                }
                payloadLeft = payloadLength();
                beginLength = 0;
            }
            if (payloadLeft == 0) {
                headLength = 0;
                ended(taker);
            }
        }
    }

    private void ended(Taker taker) {
        if (beginLength < LENGTH || begin[0] != MARK) {
            return;
        }
        long due = 0;
        for (int i = 1; i < LENGTH; i++) {
            due = due * 10 + begin[i] - '0';
        }
        count++;
        lastDue = due;
        taker.take(due);
    }

    private int headSize() {
        return switch (head[1] & 0x7F) {
            case 126 -> 4;
            case 127 -> 10;
            default -> 2;
        };
    }

    private long payloadLength() {
        int size = headSize();
        if (size == 2) {
            return head[1] & 0x7F;
        }
        long length = 0;
        for (int i = 2; i < size; i++) {
            length = (length << 8) | (head[i] & 0xFF);
        }
        return length;
    }

    /** How many messages with a time have come. */
    long count() {
        return count;
    }

    /** When the last of them was due. */
    long lastDue() {
        return lastDue;
    }

    /** How many bytes have come, of all frames. */
    long bytes() {
        return bytes;
    }
}
