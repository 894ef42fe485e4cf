// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;

/** Cuts what a server sends into what belongs together: frames of WebSocket, or chunks of HTTP. Used by one thread. */
abstract class Pieces {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer rest = NOTHING;

    /** Takes all bytes of a buffer, and what was left before. */
    final void take(ByteBuffer in) {
        ByteBuffer all = in;
        if (rest.hasRemaining()) {
            all = ByteBuffer.allocate(rest.remaining() + in.remaining())
                    .put(rest)
                    .put(in)
                    .flip();
        }
        while (takeOne(all)) {
            // on to the next
        }
        rest = all.hasRemaining()
                ? ByteBuffer.allocate(all.remaining()).put(all).flip()
                : NOTHING;
    }

    /** Takes one, if all of it is there; returns whether it was. */
    abstract boolean takeOne(ByteBuffer in);

    /** Who is given the content of each. */
    @FunctionalInterface
    interface Taker {

        /** A piece's content; lent. */
        void take(ByteBuffer content, boolean isCompressed);
    }

    /** The next bytes of a buffer, as a buffer of their own. */
    private static ByteBuffer next(ByteBuffer in, int length) {
        ByteBuffer next = in.slice(in.position(), length);
        in.position(in.position() + length);
        return next;
    }

    /** Data frames, whole messages all of them, that are not masked. */
    static Pieces ofWebSocket(Taker taker) {
        return new Pieces() {
            @Override
            boolean takeOne(ByteBuffer in) {
                int at = in.position();
                if (in.remaining() < 2) {
                    return false;
                }
                int first = in.get(at);
                int length = in.get(at + 1);
                int head = length == 126 ? 4 : length == 127 ? 10 : 2;
                if (in.remaining() < head) {
                    return false;
                }
                if (length >= 126) {
                    length = length == 126 ? in.getShort(at + 2) & 0xFFFF : Math.toIntExact(in.getLong(at + 2));
                }
                if (in.remaining() < head + length) {
                    return false;
                }
                in.position(at + head);
                ByteBuffer content = next(in, length);
                if ((first & 0x08) == 0) {
                    taker.take(content, (first & 0x40) != 0);
                }
                return true;
            }
        };
    }

    /** Chunks (RFC 9112, section 7.1). */
    static Pieces ofChunks(Taker taker) {
        return new Pieces() {
            @Override
            boolean takeOne(ByteBuffer in) {
                int start = in.position();
                int length = 0;
                for (int at = start; at < in.limit(); at++) {
                    int digit = Character.digit(in.get(at), 16);
                    if (digit >= 0) {
                        length = length << 4 | digit;
                    } else if (in.limit() - at < length + 4) { // Two line ends are to come.
                        return false;
                    } else {
                        in.position(at + 2);
                        ByteBuffer content = next(in, length);
                        in.position(in.position() + 2);
                        taker.take(content, true);
                        return true;
                    }
                }
                return false;
            }
        };
    }
}
