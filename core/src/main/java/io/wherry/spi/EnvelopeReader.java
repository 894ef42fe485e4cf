// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Takes envelopes out of bytes: a pure codec without sockets or threads. Not thread-safe; holds no buffer between calls.
 */
public final class EnvelopeReader {

    private static final String BASE64_SUFFIX = ";base64";

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
        while (in.isReadable()) {
            int start = in.readerIndex();
            @Nullable Head head = readHead(in, false);
            if (head == null || in.readableBytes() < (long) head.length + delimiter.length) {
                in.readerIndex(start);
                return null;
            }
            if (head.base64) {
                throw bad("format: " + head.formatText + BASE64_SUFFIX + " (expected: no base64 in a batch)");
            }
            byte[] payload = new byte[head.length];
            in.readBytes(payload);
            for (byte expected : delimiter) {
                if (in.readByte() != expected) {
                    throw bad("envelope: ends otherwise (expected: the delimiter after a payload of " + head.length
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
    @Nullable Envelope readWhole(ByteBuf in) {
        @Nullable Head head = readHead(in, true);
        if (head == null) {
            throw bad("head: none (expected: kind id length format name)");
        }
        byte[] payload = new byte[in.readableBytes()];
        in.readBytes(payload);
        if (head.base64) {
            payload = decodeBase64(payload);
        }
        if (payload.length != head.length) {
            throw bad("length: " + head.length + " (expected: " + payload.length + ", the bytes that follow the head)");
        }
        return head.envelope(payload);
    }

    private @Nullable Head readHead(ByteBuf in, boolean whole) {
        int limit = Math.min(in.readableBytes(), Envelope.MAX_HEAD_LENGTH);
        int lineLength = in.bytesBefore(limit, (byte) '\n');
        if (lineLength < 0) {
            if (in.readableBytes() >= Envelope.MAX_HEAD_LENGTH) {
                throw new WherryException(
                        ErrorCode.TOO_LARGE, "head: over " + Envelope.MAX_HEAD_LENGTH + " bytes (expected: a line)");
            }
            if (!whole) {
                return null;
            }
            lineLength = in.readableBytes();
        }
        String line = in.toString(in.readerIndex(), lineLength, StandardCharsets.UTF_8);
        if (!ByteBufUtil.isText(in, in.readerIndex(), lineLength, StandardCharsets.UTF_8)) {
            throw bad("head: " + WherryException.quote(line) + " (expected: UTF-8)");
        }
        in.skipBytes(Math.min(lineLength + 1, in.readableBytes()));
        return parseHead(line);
    }

    private Head parseHead(String line) {
        int kindEnd = line.indexOf(' ');
        int idEnd = line.indexOf(' ', kindEnd + 1);
        int lengthEnd = line.indexOf(' ', idEnd + 1);
        int formatEnd = line.indexOf(' ', lengthEnd + 1);
        if (line.chars().anyMatch(Character::isISOControl)
                || kindEnd != 1
                || idEnd <= kindEnd
                || lengthEnd <= idEnd
                || formatEnd <= lengthEnd) {
            throw bad("head: " + WherryException.quote(line) + " (expected: kind id length format name)");
        }
        int nameEnd = line.indexOf(' ', formatEnd + 1);
        String id = line.substring(kindEnd + 1, idEnd);
        String format = line.substring(lengthEnd + 1, formatEnd);
        boolean base64 = format.endsWith(BASE64_SUFFIX);
        if (base64) {
            format = format.substring(0, format.length() - BASE64_SUFFIX.length());
        }
        String name = nameEnd < 0 ? line.substring(formatEnd + 1) : line.substring(formatEnd + 1, nameEnd);
        if (!Envelope.isName(name)) {
            throw bad("name: " + WherryException.quote(name) + " (expected: " + Envelope.EXPECTED_NAME + ")");
        }
        return new Head(
                line.charAt(0),
                id,
                length(line.substring(idEnd + 1, lengthEnd)),
                format,
                base64,
                name,
                nameEnd < 0 ? null : line.substring(nameEnd + 1));
    }

    private int length(String text) {
        long length = number(text);
        if (length < 0) {
            throw bad("length: " + WherryException.quote(text) + " (expected: a number of bytes)");
        }
        if (length > maxMessage) {
            throw new WherryException(
                    ErrorCode.TOO_LARGE, "message: " + length + " bytes (expected: at most " + maxMessage + ")");
        }
        return (int) length;
    }

    private static long number(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
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

    /** A head line, taken apart. */
    private record Head(
            int letter,
            String id,
            int length,
            String formatText,
            boolean base64,
            String name,
            @Nullable String argument) {

        @Nullable Envelope envelope(byte[] payload) {
            @Nullable Kind kind = Kind.ofLetter(letter);
            if (kind == null) {
                return null;
            }
            boolean none = formatText.equals("-") && length == 0 && !base64;
            @Nullable Format format = none ? Format.TEXT : Format.ofText(formatText);
            if (format == null) {
                throw bad("format: " + WherryException.quote(formatText)
                        + " (expected: text, json, cbor or bytes; - without a payload)");
            }
            if (format.isText() && !ByteBufUtil.isText(Unpooled.wrappedBuffer(payload), StandardCharsets.UTF_8)) {
                throw bad("payload: not well-formed UTF-8 (expected: UTF-8 in format " + format.text() + ")");
            }
            Message message =
                    payload.length == 0 && format == Format.TEXT ? Message.empty() : Message.wrap(format, payload);
            if (id.equals("-")) {
                return new Envelope(kind, null, 0, name, argument, message);
            }
            long number = number(id);
            return number > 0
                    ? new Envelope(kind, null, number, name, argument, message)
                    : new Envelope(kind, Position.parse(id), 0, name, argument, message);
        }
    }
}
