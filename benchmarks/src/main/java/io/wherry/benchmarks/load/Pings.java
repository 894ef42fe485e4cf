// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;

/**
 * Finds the pings among the frames that a WebSocket's server sends (RFC 6455, section 5.2), wherever they are cut: who answers none keeps the server
 * waiting for a sign that what it has sent has arrived. Used by one thread.
 */
final class Pings {

    private static final int PING = 0x9;

    private Part part = Part.OPCODE;
    private int lengthBytes;
    private long left;

    /** What of a frame comes next. */
    private enum Part {
        OPCODE,
        LENGTH,
        LONG_LENGTH,
        PAYLOAD
    }

    /** Counts the pings that begin in a buffer, which stays as it is. */
    int count(ByteBuffer in) {
        int pings = 0;
        int at = in.position();
        while (at < in.limit()) {
            switch (part) {
                case OPCODE -> {
                    pings += (in.get(at++) & 0x0F) == PING ? 1 : 0;
                    part = Part.LENGTH;
                }
                case LENGTH -> length(in.get(at++));
                case LONG_LENGTH -> {
                    left = left << 8 | (in.get(at++) & 0xFF);
                    if (--lengthBytes == 0) {
                        part = Part.PAYLOAD;
                    }
                }
                case PAYLOAD -> {
                    int passed = (int) Math.min(left, in.limit() - at);
                    at += passed;
                    left -= passed;
                }
            }
            if (part == Part.PAYLOAD && left == 0) {
                part = Part.OPCODE;
            }
        }
        return pings;
    }

    private void length(byte unmasked) {
        lengthBytes = unmasked == 126 ? 2 : unmasked == 127 ? 8 : 0;
        left = lengthBytes == 0 ? unmasked : 0;
        part = lengthBytes == 0 ? Part.PAYLOAD : Part.LONG_LENGTH;
    }

    /** Answers a ping that had no payload. */
    static void answer(ByteBuffer out) {
        out.put((byte) 0x8A).put((byte) 0x80).putInt(0);
    }
}
