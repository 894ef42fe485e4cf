// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A head line, taken apart: the one that its thread read last. Confined to one thread, which has one of it, so that
 * reading a head makes nothing but what the envelope keeps.
 */
final class Head {

    private static final FastThreadLocal<Head> OF_THREAD = new FastThreadLocal<>() {
        @Override
        protected Head initialValue() {
            return new Head();
        }
    };

    private static final byte[] NONE = ascii("-");
    private static final byte[] BASE64_SUFFIX = ascii(";base64");
    private static final Format[] FORMATS = Format.values();
    private static final byte[][] FORMAT_TEXTS =
            Arrays.stream(FORMATS).map(format -> ascii(format.text())).toArray(byte[][]::new);

    private final TextCache texts = new TextCache();
    private final byte[] line = new byte[Envelope.MAX_HEAD_LENGTH];
    private int lineEnd;
    private int fieldStart;
    private int fieldEnd;

    private @Nullable Kind kind;
    private @Nullable Position position;
    private long number;
    private int length;
    private Format format = Format.TEXT;
    private boolean isBase64;
    private String name = Envelope.NO_NAME;
    private @Nullable String argument;

    private Head() {}

    /** The head of this thread, which holds what it read last. */
    static Head ofThread() {
        return OF_THREAD.get();
    }

    /**
     * Reads a head line and its LF.
     *
     * @param in lent; its reader index moves past the LF, and stays where it is when there is none
     * @param maxMessage the largest payload that is accepted, in bytes
     * @return whether there was one
     */
    boolean read(ByteBuf in, int maxMessage) {
        int limit = Math.min(in.readableBytes(), Envelope.MAX_HEAD_LENGTH);
        int lineLength = in.bytesBefore(limit, (byte) '\n');
        if (lineLength < 0) {
            if (limit == Envelope.MAX_HEAD_LENGTH) {
                throw new WherryException(
                        ErrorCode.TOO_LARGE, "head: over " + limit + " bytes (expected: at most " + limit + ")");
            }
            return false;
        }
        in.readBytes(line, 0, lineLength).skipBytes(1);
        parse(lineLength, maxMessage);
        return true;
    }

    /** Reads a head line, which may end with the buffer instead of LF. */
    void readLast(ByteBuf in, int maxMessage) {
        if (!read(in, maxMessage)) {
            int lineLength = in.readableBytes();
            in.readBytes(line, 0, lineLength);
            parse(lineLength, maxMessage);
        }
    }

    /** The number of bytes of the payload. */
    int length() {
        return length;
    }

    /** Whether the payload is carried in base64. */
    boolean isBase64() {
        return isBase64;
    }

    /**
     * The envelope of this head.
     *
     * @param payload kept
     * @return null when the kind is not known
     */
    @Nullable Envelope envelope(byte[] payload) {
        if (kind == null) {
            return null;
        }
        if (format.isText() && !Utf8.isWellFormed(payload, 0, payload.length)) {
            throw bad("payload: not well-formed (expected: UTF-8 in format " + format.text() + ")");
        }
        Message message =
                payload.length == 0 && format == Format.TEXT ? Message.empty() : Message.wrap(format, payload);
        return new Envelope(kind, position, number, name, argument, message);
    }

    private void parse(int end, int maxMessage) {
        lineEnd = end;
        fieldEnd = -1;
        boolean isAscii = checkLine();

        innerField();
        if (fieldEnd != 1) {
            throw badHead();
        }
        @Nullable Kind known = Kind.ofLetter(line[0]);
        kind = known;
        innerField();
        int idEnd = fieldEnd;
        innerField();
        parseLength(maxMessage);
        innerField();
        if (known == null) {
            isBase64 = false;
            return; // the rest is not for us to judge
        }
        parseFormat();
        parseId(2, idEnd);
        lastField();
        parseName(known, isAscii);
        argument = fieldEnd == lineEnd ? null : text(fieldEnd + 1, lineEnd);
    }

    /** Refuses control characters and bad UTF-8; returns whether the line is ASCII. */
    private boolean checkLine() {
        boolean isAscii = true;
        for (int i = 0; i < lineEnd; i++) {
            byte b = line[i];
            if ((b >= 0 && b < ' ') || b == 0x7F) {
                throw badHead();
            }
            isAscii &= b >= 0;
        }
        if (!isAscii && !Utf8.isWellFormed(line, 0, lineEnd)) {
            throw bad("head: " + WherryException.quote(text(0, lineEnd)) + " (expected: UTF-8)");
        }
        return isAscii;
    }

    /** The next field, after which another must come. */
    private void innerField() {
        lastField();
        if (fieldEnd == lineEnd) {
            throw badHead();
        }
    }

    /** The field up to the next space or the end of the line. */
    private void lastField() {
        fieldStart = fieldEnd + 1;
        fieldEnd = fieldStart;
        while (fieldEnd < lineEnd && line[fieldEnd] != ' ') {
            fieldEnd++;
        }
    }

    private void parseId(int start, int end) {
        position = null;
        number = 0;
        if (isEqual(NONE, start, end)) {
            return;
        }
        number = Math.max(0, number(start, end));
        if (number == 0) {
            position = position(start, end);
        }
    }

    private Position position(int start, int end) {
        int dash = indexOf('-', start, end);
        int dot = indexOf('.', dash, end);
        long sequence = number(dash + 1, dot);
        long sub = dot == end ? 0 : number(dot + 1, end);
        if (isEpoch(start, dash) && sequence >= 0 && sub >= 0) {
            return new Position(texts.get(line, start, dash), sequence, sub);
        }
        throw bad("position: " + WherryException.quote(text(start, end))
                + " (expected: such as k3f9x2-1052 or a number)");
    }

    private boolean isEpoch(int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = line[i];
            if (!(b >= 'a' && b <= 'z') && !(b >= '0' && b <= '9')) {
                return false;
            }
        }
        return end - start >= 1 && end - start <= Position.MAX_EPOCH_LENGTH;
    }

    private void parseLength(int maxMessage) {
        long bytes = number(fieldStart, fieldEnd);
        if (bytes < 0) {
            throw bad("length: " + quotedField() + " (expected: a number of bytes)");
        }
        if (bytes > maxMessage) {
            throw new WherryException(
                    ErrorCode.TOO_LARGE, "message: " + bytes + " bytes (expected: at most " + maxMessage + ")");
        }
        length = (int) bytes;
    }

    private void parseFormat() {
        int suffix = indexOf(';', fieldStart, fieldEnd);
        isBase64 = isEqual(BASE64_SUFFIX, suffix, fieldEnd);
        int end = isBase64 ? suffix : fieldEnd;
        if (length == 0 && isEqual(NONE, fieldStart, fieldEnd)) {
            format = Format.TEXT;
            return;
        }
        for (int i = 0; i < FORMATS.length; i++) {
            if (isEqual(FORMAT_TEXTS[i], fieldStart, end)) {
                format = FORMATS[i];
                return;
            }
        }
        throw bad("format: " + quotedField() + " (expected: text, json, cbor or bytes; - without a payload)");
    }

    private void parseName(Kind of, boolean isAscii) {
        int bytes = fieldEnd - fieldStart;
        name = switch (of) {
            // Names that come again and again; those of the other kinds are numbers, positions and secrets.
            case MESSAGE, HISTORY, DIRECT, REQUEST, PUBLISH -> texts.get(line, fieldStart, fieldEnd);
            default -> text(fieldStart, fieldEnd);
        };
        if (bytes == 0 || bytes > Envelope.MAX_NAME_LENGTH || (!isAscii && !Envelope.isName(name))) {
            throw bad("name: " + quotedField() + " (expected: " + Envelope.EXPECTED_NAME + ")");
        }
    }

    private boolean isEqual(byte[] text, int start, int end) {
        return Arrays.equals(line, start, end, text, 0, text.length);
    }

    /** Where a letter is between two indices; {@code end} when it is not there. */
    private int indexOf(char c, int start, int end) {
        int i = start;
        while (i < end && line[i] != c) {
            i++;
        }
        return i;
    }

    /** The decimal number between two indices, -1 when there is none of up to 18 digits. */
    private long number(int start, int end) {
        if (end <= start || end - start > 18) {
            return -1;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private String text(int start, int end) {
        return new String(line, start, end - start, StandardCharsets.UTF_8);
    }

    private String quotedField() {
        return WherryException.quote(text(fieldStart, fieldEnd));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private WherryException badHead() {
        return bad("head: " + WherryException.quote(text(0, lineEnd)) + " (expected: kind id length format name)");
    }

    private static WherryException bad(String message) {
        return new WherryException(ErrorCode.BAD_REQUEST, message);
    }
}
