// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import io.netty.buffer.ByteBuf;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One published message in its place in the log, with the bytes that each framing makes of it. Thread-safe.
 */
public final class Entry {

    /** Framings beyond so many are not remembered: a peer that can choose one must not fill the memory. */
    private static final int MAX_ENCODINGS = 8;

    private final TopicHistory history;
    private final long sequence;
    private final long appendedNanos;
    private final Envelope envelope;
    private volatile @Nullable Encoding encodings;

    Entry(TopicHistory history, long sequence, long appendedNanos, Envelope envelope) {
        this.history = history;
        this.sequence = sequence;
        this.appendedNanos = appendedNanos;
        this.envelope = envelope;
    }

    /** The topic's history that this entry belongs to. */
    public TopicHistory history() {
        return history;
    }

    /** The place in the log. */
    public long sequence() {
        return sequence;
    }

    /** The place in the log, as a position. */
    public Position position() {
        return Objects.requireNonNull(envelope.position(), "position");
    }

    /** What was published. */
    public Envelope envelope() {
        return envelope;
    }

    /** The key of what was published, null for none. */
    @Nullable String key() {
        return envelope.argument();
    }

    long appendedNanos() {
        return appendedNanos;
    }

    int size() {
        return envelope.message().size();
    }

    /**
     * The bytes of this entry in a framing: made at the first call, then shared. Two loops may make them at the same time;
     * both get the same bytes.
     *
     * @param scratch a buffer of the caller's, which is cleared
     * @return not to be changed
     */
    public byte[] encoded(Framing framing, ByteBuf scratch) {
        int count = 0;
        for (Encoding encoding = encodings; encoding != null; encoding = encoding.next) {
            if (encoding.framing == framing) {
                return encoding.bytes;
            }
            count++;
        }
        byte[] bytes = encode(framing, scratch);
        if (count < MAX_ENCODINGS) {
            encodings = new Encoding(framing, bytes, encodings);
        }
        return bytes;
    }

    private byte[] encode(Framing framing, ByteBuf scratch) {
        scratch.clear();
        framing.encode(envelope, scratch);
        byte[] bytes = new byte[scratch.readableBytes()];
        scratch.readBytes(bytes);
        return bytes;
    }

    /** Position, topic and size. */
    @Override
    public String toString() {
        return "Entry[" + envelope.position() + ", " + history.name() + ", " + size() + " bytes]";
    }

    /** What one framing makes of an entry. */
    private static final class Encoding {

        private final Framing framing;
        private final byte[] bytes;
        private final @Nullable Encoding next;

        Encoding(Framing framing, byte[] bytes, @Nullable Encoding next) {
            this.framing = framing;
            this.bytes = bytes;
            this.next = next;
        }

        @Override
        public String toString() {
            return framing + ": " + Arrays.toString(bytes);
        }
    }
}
