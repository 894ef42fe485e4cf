// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import io.wherry.spi.Codec;
import io.wherry.spi.Envelope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is carried: some bytes, what format they are in, and, on a message that was received, its position. Immutable.
 *
 * <p>The bytes are never parsed or changed on their way; {@link #as(Class)} decodes them when somebody asks.
 */
public final class Message {

    private static final Message EMPTY = new Message(Format.TEXT, new byte[0]);

    private final Format format;
    private final byte[] payload;
    private final @Nullable Position position;
    private final @Nullable String key;

    private Message(Format format, byte[] payload) {
        this(format, payload, null, null);
    }

    private Message(Format format, byte[] payload, @Nullable Position position, @Nullable String key) {
        this.format = format;
        this.payload = payload;
        this.position = position;
        this.key = key;
    }

    /** The message without content: empty text. */
    public static Message empty() {
        return EMPTY;
    }

    /** A text message. An unpaired surrogate becomes {@code ?}. */
    public static Message of(CharSequence text) {
        return new Message(Format.TEXT, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A text message with a time in its ISO-8601 form. */
    public static Message of(TemporalAccessor time) {
        return of(time.toString());
    }

    /** A message of bytes, which are copied. */
    public static Message of(byte[] bytes) {
        return new Message(Format.BYTES, bytes.clone());
    }

    /** A message of bytes, which are copied from the buffer's position to its limit; the buffer is left as it is. */
    public static Message of(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return new Message(Format.BYTES, copy);
    }

    /**
     * An object in JSON.
     *
     * @throws WherryException with {@link ErrorCode#INTERNAL} when there is no codec on the class path, or the object
     *     cannot be encoded
     */
    public static Message json(Object value) {
        return encode(Format.JSON, value);
    }

    /** An object in CBOR; otherwise as {@link #json(Object)}. */
    public static Message cbor(Object value) {
        return encode(Format.CBOR, value);
    }

    /** An object in a format, encoded by that format's {@link Codec}. */
    public static Message encode(Format format, Object value) {
        Objects.requireNonNull(value, "value");
        return new Message(format, Codec.of(format).encode(value));
    }

    /**
     * A message over an array that is not copied and must not be changed afterwards.
     *
     * @param format what the bytes are; text formats must be well-formed UTF-8
     */
    public static Message wrap(Format format, byte[] payload) {
        return new Message(Objects.requireNonNull(format, "format"), Objects.requireNonNull(payload, "payload"));
    }

    /** This message with a position, as it is received. */
    public Message at(@Nullable Position at) {
        return new Message(format, payload, at, key);
    }

    /**
     * This message with a key: what it is the latest of, where it is published to a topic that tells keys apart ({@link
     * SlowReader#latestByKey()}). It travels with what is published, and with nothing else.
     *
     * @param of 1 to 255 bytes of UTF-8 without white space and control characters, not {@code -}; null for none
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} when it is something else
     */
    public Message withKey(@Nullable String of) {
        if (of == null) {
            return key == null ? this : new Message(format, payload, position, null);
        }
        return new Message(format, payload, position, Envelope.requireName("key", of));
    }

    /** What the bytes are. */
    public Format format() {
        return format;
    }

    /** The number of bytes. */
    public int size() {
        return payload.length;
    }

    /** The bytes as text. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return payload.clone();
    }

    /** The bytes, read-only and not copied. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(payload).asReadOnlyBuffer();
    }

    /** Writes the bytes to a stream. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(payload, 0, payload.length);
    }

    /**
     * The message as an object: {@code String}, {@code byte[]} and {@code Message} by themselves, anything else by the
     * codec of the message's format (JSON for {@link Format#TEXT}).
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} when the bytes are no such object
     */
    public <T> T as(Class<T> type) {
        if (type == String.class) {
            return type.cast(text());
        }
        if (type == byte[].class) {
            return type.cast(bytes());
        }
        if (type == Message.class) {
            return type.cast(this);
        }
        return Codec.of(format == Format.TEXT ? Format.JSON : format).decode(payload, type);
    }

    /** The place in the log of a message that was received, null on one that was made here. */
    public @Nullable Position position() {
        return position;
    }

    /** What this message is the latest of, null for nothing. */
    public @Nullable String key() {
        return key;
    }

    /** Whether format and bytes are equal; positions and keys do not count. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Message that && format == that.format && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * format.hashCode() + Arrays.hashCode(payload);
    }

    /** Format, size and position; not the content, which may be secret. */
    @Override
    public String toString() {
        return "Message[" + format.text() + ", " + payload.length + " bytes" + (position == null ? "" : ", " + position)
                + "]";
    }
}
