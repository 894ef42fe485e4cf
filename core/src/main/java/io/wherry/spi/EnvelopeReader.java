// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Takes envelopes out of bytes: a pure codec without sockets or threads. Not thread-safe; holds no buffer between calls.
 */
public final class EnvelopeReader {

    private static final byte[] NOTHING = {};

    private final int maxMessage;

    /**
     * Makes a reader.
     *
     * @param maxMessage the largest payload that is accepted, in bytes
     */
    public EnvelopeReader(int maxMessage) {
        this.maxMessage = maxMessage;
    }

    /**
     * Takes the next envelope of a batch, with the delimiter after its payload.
     *
     * @param in lent; its reader index moves past the envelope, and stays where it is when more bytes are needed
     * @param delimiter what follows a payload
     * @return the envelope, or null when {@code in} does not hold all of it yet. Envelopes of an unknown kind are passed over
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} or {@link ErrorCode#TOO_LARGE}; the stream cannot be read further
     */
    public @Nullable Envelope readNext(ByteBuf in, byte[] delimiter) {
        Head head = Head.ofThread();
        while (in.isReadable()) {
            int start = in.readerIndex();
            if (!head.read(in, maxMessage) || in.readableBytes() < (long) head.length() + delimiter.length) {
                in.readerIndex(start);
                return null;
            }
            if (head.isBase64()) {
                throw bad("format: with base64 (expected: none in a batch)");
            }
            byte[] payload = head.length() == 0 ? NOTHING : new byte[head.length()];
            in.readBytes(payload);
            for (byte expected : delimiter) {
                if (in.readByte() != expected) {
                    throw bad("envelope: ends otherwise (expected: the delimiter after a payload of " + head.length()
                            + " bytes)");
                }
            }
            @Nullable Envelope envelope = head.envelope(payload);
            if (envelope != null) {
                return envelope;
            }
        }
        return null;
    }

    /** Takes the envelope that fills a buffer; null when it is of an unknown kind. The LF may be missing where no payload follows. */
    static @Nullable Envelope readWhole(ByteBuf in, int maxMessage) {
        Head head = Head.ofThread();
        head.readLast(in, maxMessage);
        byte[] payload = in.isReadable() ? new byte[in.readableBytes()] : NOTHING;
        in.readBytes(payload);
        if (head.isBase64()) {
            payload = decodeBase64(payload);
        }
        if (payload.length != head.length()) {
            throw bad(
                    "length: " + head.length() + " (expected: " + payload.length + ", the bytes that follow the head)");
        }
        return head.envelope(payload);
    }

    private static byte[] decodeBase64(byte[] payload) {
        try {
            return Base64.getDecoder().decode(payload);
        } catch (IllegalArgumentException e) {
            throw new WherryException(ErrorCode.BAD_REQUEST, "payload: no base64: " + e.getMessage(), e);
        }
    }

    private static WherryException bad(String message) {
        return new WherryException(ErrorCode.BAD_REQUEST, message);
    }
}
