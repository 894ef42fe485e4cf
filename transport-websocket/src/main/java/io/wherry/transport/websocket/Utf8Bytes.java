// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;

/** Checks that the bytes of a buffer are UTF-8 (RFC 3629), eight at a time where they are ASCII. */
final class Utf8Bytes {

    /** What is not well-formed, and cannot become so by what follows. */
    static final int MALFORMED = -1;

    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8Bytes() {}

    /** Whether all readable bytes are well-formed: nothing cut, overlong, a surrogate or past U+10FFFF. */
    static boolean isWellFormed(ByteBuf bytes) {
        return check(bytes, bytes.readerIndex()) == bytes.writerIndex();
    }

    /**
     * Checks the bytes from an index, at which a character begins, up to the end.
     *
     * @return the index up to which there are whole characters: the end, or that of a character of which the rest may follow; or
     *     {@link #MALFORMED}
     */
    static int check(ByteBuf bytes, int from) {
        int end = bytes.writerIndex();
        int i = from;
        while (i < end) {
            if (end - i >= Long.BYTES && (bytes.getLong(i) & HIGH_BITS) == 0) {
                i += Long.BYTES;
                continue;
            }
            int lead = bytes.getByte(i);
            if (lead >= 0) {
                i++;
                continue;
            }
            int length = length(lead & 0xFF);
            int there = Math.min(length, end - i);
            if (length == 0 || !isBegun(bytes, i, there)) {
                return MALFORMED;
            }
            if (there < length) {
                return i;
            }
            i += length;
        }
        return i;
    }

    /** The length of the character that a lead byte of several begins, 0 when it begins none. */
    private static int length(int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    /** Whether the bytes after the lead, as many as are there, are those of a character. */
    private static boolean isBegun(ByteBuf bytes, int at, int there) {
        int lead = bytes.getByte(at) & 0xFF;
        for (int k = 1; k < there; k++) {
            int next = bytes.getByte(at + k) & 0xFF;
            int low = k > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
            int high = k > 1 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
            if (next < low || next > high) {
                return false;
            }
        }
        return true;
    }
}
