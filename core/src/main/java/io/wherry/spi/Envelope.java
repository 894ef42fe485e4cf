// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is carried on a channel: a kind, a position or number, a name, and a message. Immutable.
 *
 * <p>On the wire it is one head line and the payload as it is ({@code docs/protocol.md}, section 2).
 *
 * @param kind what it is
 * @param position its place for the client, null where it has none or the client made it
 * @param number its number among those that the client sent, 0 for none
 * @param name topic, handler, or what the kind says; {@code -} for none
 * @param argument what the kind says, null for none
 * @param message the payload and its format; {@link Message#empty()} for none
 */
public record Envelope(
        Kind kind,
        @Nullable Position position,
        long number,
        String name,
        @Nullable String argument,
        Message message) {

    /** The name of an envelope that has none. */
    public static final String NO_NAME = "-";

    /** The longest head that is accepted, in bytes. */
    public static final int MAX_HEAD_LENGTH = 1024;

    /** The longest name, in bytes of UTF-8. */
    public static final int MAX_NAME_LENGTH = 255;

    static final String EXPECTED_NAME = "1 to 255 bytes of UTF-8 without white space and control characters";

    /** What an envelope is; each has the letter that stands for it in the head. */
    public enum Kind {
        /** First on every connection of a channel: its id, and the settings that a client must know. */
        WELCOME('w'),
        /** A message of a topic. */
        MESSAGE('m'),
        /** A message of a topic's history, given as an answer. */
        HISTORY('y'),
        /** A message to one handler of the other side. */
        DIRECT('d'),
        /** A message that is to be answered. */
        REQUEST('q'),
        /** The answer to a request. */
        REPLY('r'),
        /** The answer to a request that failed. */
        ERROR('e'),
        /** Messages that are missing. */
        GAP('g'),
        /** What has been received. */
        ACK('a'),
        /** A sign of life. */
        HEARTBEAT('h'),
        /** New credentials, or a wish for them. */
        CREDENTIALS('c'),
        /** A connection takes the channel over from an older one. */
        TAKE('t'),
        /** The end of the channel. */
        END('x'),
        /** A message that a client publishes to a topic. */
        PUBLISH('p'),
        /** A wish to read a topic. */
        SUBSCRIBE('s'),
        /** The end of that wish. */
        UNSUBSCRIBE('u');

        private static final @Nullable Kind[] BY_LETTER = new Kind[128];

        static {
            for (Kind kind : values()) {
                BY_LETTER[kind.letter] = kind;
            }
        }

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        /** The letter in the head. */
        public char letter() {
            return letter;
        }

        static @Nullable Kind ofLetter(int letter) {
            return letter >= 0 && letter < BY_LETTER.length ? BY_LETTER[letter] : null;
        }
    }

    /** Checks that nothing is missing. */
    public Envelope {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(message, "message");
    }

    /** An envelope of the server's, with a position. */
    public static Envelope at(
            @Nullable Position position, Kind kind, String name, @Nullable String argument, Message message) {
        return new Envelope(kind, position, 0, name, argument, message);
    }

    /** An envelope of the client's, with a number. */
    public static Envelope numbered(long number, Kind kind, String name, @Nullable String argument, Message message) {
        return new Envelope(kind, null, number, name, argument, message);
    }

    /** An envelope without position, number and payload. */
    public static Envelope control(Kind kind, String name, @Nullable String argument) {
        return new Envelope(kind, null, 0, name, argument, Message.empty());
    }

    /** The argument, or the empty text. */
    public String argumentOrEmpty() {
        return argument == null ? "" : argument;
    }

    /**
     * Checks the name of a topic or handler.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST}
     */
    public static String requireName(String what, String name) {
        if (!isName(name) || name.equals(NO_NAME)) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    what + ": " + WherryException.quote(name) + " (expected: " + EXPECTED_NAME + ", not -)");
        }
        return name;
    }

    /** Whether a text can stand in the place of the name. */
    static boolean isName(String text) {
        int i = 0;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            boolean isUnpaired = Character.getType(c) == Character.SURROGATE;
            if (isUnpaired || Character.isISOControl(c) || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                return false;
            }
            i += Character.charCount(c);
        }
        return !text.isEmpty() && ByteBufUtil.utf8Bytes(text) <= MAX_NAME_LENGTH;
    }

    /** Appends head and payload. */
    public void writeTo(ByteBuf out) {
        writeHead(out, "");
        writePayload(out);
    }

    /** By a stream, which the compiler takes away: a read-only buffer would be copied twice. */
    private void writePayload(ByteBuf out) {
        try {
            message.writeTo(new ByteBufOutputStream(out));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Appends the head and its LF.
     *
     * @param formatSuffix what follows the format, such as {@code ;base64}; empty for none
     */
    public void writeHead(ByteBuf out, String formatSuffix) {
        out.writeByte(kind.letter).writeByte(' ');
        if (position != null) {
            writePosition(out, position);
        } else if (number > 0) {
            writeNumber(out, number);
        } else {
            out.writeByte('-');
        }
        int size = message.size();
        out.writeByte(' ');
        writeNumber(out, size);
        out.writeByte(' ');
        if (size == 0 && message.format() == Format.TEXT) {
            out.writeByte('-');
        } else {
            ByteBufUtil.writeAscii(out, message.format().text());
            ByteBufUtil.writeAscii(out, formatSuffix);
        }
        out.writeByte(' ');
        ByteBufUtil.writeUtf8(out, name);
        if (argument != null) {
            out.writeByte(' ');
            ByteBufUtil.writeUtf8(out, argument);
        }
        out.writeByte('\n');
    }

    /** Appends what {@link Position#toString()} says, without making it. */
    private static void writePosition(ByteBuf out, Position position) {
        ByteBufUtil.writeAscii(out, position.epoch());
        out.writeByte('-');
        writeNumber(out, position.sequence());
        if (position.sub() != 0) {
            out.writeByte('.');
            writeNumber(out, position.sub());
        }
    }

    /** Appends a number that is not negative, in decimals. */
    private static void writeNumber(ByteBuf out, long number) {
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        out.ensureWritable(digits);
        int end = out.writerIndex() + digits;
        long rest = number;
        for (int at = end - 1; at >= end - digits; at--) {
            out.setByte(at, '0' + (int) (rest % 10));
            rest /= 10;
        }
        out.writerIndex(end);
    }

    /**
     * Reads an envelope that fills a buffer, as on WebSocket.
     *
     * @param in lent; the payload is copied out of it
     * @param maxMessage the largest payload that is accepted, in bytes
     * @return the envelope; null when its kind is not known, so that it is to be passed over
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} or {@link ErrorCode#TOO_LARGE}
     */
    public static @Nullable Envelope read(ByteBuf in, int maxMessage) {
        return EnvelopeReader.readWhole(in, maxMessage);
    }

    /** Reads an envelope out of a text, as on an event stream; otherwise as {@link #read(ByteBuf, int)}. */
    public static @Nullable Envelope read(String text, int maxMessage) {
        return read(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)), maxMessage);
    }
}
