// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;

/**
 * Another framing, with each envelope in one chunk of HTTP's chunked coding (RFC 9112, section 7.1): what goes over {@link
 * HttpStream#write} where {@link HttpStream#isChunked()}. An envelope that the other framing does not show is nothing here. Stateless.
 */
public final class ChunkedFraming implements Framing {

    /** What a chunk adds at most. */
    static final int MAX_OVERHEAD = 12;

    private static final int SHORT_DIGITS = 4;
    private static final int LONG_DIGITS = 8;
    private static final int SHORT_MESSAGE = 4096;

    private final Framing content;

    /**
     * Makes a framing; to be kept in a constant, since encodings are shared by the framing's identity.
     *
     * @param content what is inside the chunks
     */
    public ChunkedFraming(Framing content) {
        this.content = content;
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        // No framing of ours makes more than six bytes of one, so that four digits suffice for a short message.
        int digits = envelope.message().size() <= SHORT_MESSAGE ? SHORT_DIGITS : LONG_DIGITS;
        int start = out.writerIndex();
        out.writeZero(digits).writeByte('\r').writeByte('\n');
        int contentStart = out.writerIndex();
        content.encode(envelope, out);
        int length = out.writerIndex() - contentStart;
        if (length == 0) {
            out.writerIndex(start);
            return;
        }
        writeHex(out, start, digits, length);
        out.writeByte('\r').writeByte('\n');
    }

    /** Appends some bytes as one chunk; nothing when there are none. */
    public static void writeChunk(ByteBuf content, ByteBuf out) {
        int length = content.readableBytes();
        if (length > 0) {
            beginChunk(length, out);
            out.writeBytes(content, content.readerIndex(), length);
            endChunk(out);
        }
    }

    /** Appends what goes before the content of a chunk. */
    static void beginChunk(int length, ByteBuf out) {
        int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(length)) / 4);
        int start = out.writerIndex();
        out.writeZero(digits).writeByte('\r').writeByte('\n');
        writeHex(out, start, digits, length);
    }

    /** Appends what follows the content of a chunk. */
    static void endChunk(ByteBuf out) {
        out.writeByte('\r').writeByte('\n');
    }

    private static void writeHex(ByteBuf out, int start, int digits, int value) {
        for (int i = 0; i < digits; i++) {
            int digit = (value >>> (4 * (digits - 1 - i))) & 0xf;
            out.setByte(start + i, Character.forDigit(digit, 16));
        }
    }
}
