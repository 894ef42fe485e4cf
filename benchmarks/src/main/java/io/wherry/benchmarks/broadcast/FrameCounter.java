// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.nio.ByteBuffer;

/** Counts the data frames in a server's stream of bytes, wherever it is cut (RFC 6455, section 5.2). Used by one thread. */
final class FrameCounter {

    private static final int FIN = 0x80;
    private static final int CONTROL = 0x08;

    private final byte[] head = new byte[10];
    private int headLength;
    private long payloadLeft;
    private long frames;
    private long payloadBytes;

    /** Takes all bytes of a buffer; returns how many data frames have ended in it. */
    int take(ByteBuffer in) {
        int ended = 0;
        while (in.hasRemaining()) {
            if (payloadLeft > 0) {
                int length = (int) Math.min(payloadLeft, in.remaining());
                in.position(in.position() + length);
                payloadLeft -= length;
            } else {
                head[headLength++] = in.get();
                if (headLength < 2 || headLength < headSize()) {
                    continue;
                }
                payloadLeft = payloadLength();
                payloadBytes += payloadLeft;
            }
            if (payloadLeft == 0) {
                headLength = 0;
                if (isMessageEnd()) {
                    ended++;
                }
            }
        }
        frames += ended;
        return ended;
    }

    private boolean isMessageEnd() {
        return (head[0] & FIN) != 0 && (head[0] & CONTROL) == 0;
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

    /** How many messages have come, whole. */
    long frames() {
        return frames;
    }

    /** How many bytes of payload have begun to come, in all frames. */
    long payloadBytes() {
        return payloadBytes;
    }
}
