// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.netty.buffer.ByteBuf;
import io.wherry.Gap;
import io.wherry.SlowReader.Policy;
import io.wherry.log.Entry;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of a reader that is behind to its loop, as far as its connection takes it in one turn: its topics' histories, merged
 * with what is its own, in batches. Confined to the reader's loop.
 */
final class CatchUp {

    private static final int BATCH_ENTRIES = 256;
    private static final int BATCH_BYTES = 64 * 1024;
    private static final int BATCHES_A_TURN = 16;

    private final Reader reader;
    private final ServerLoop loop;
    private final Connection connection;
    private final List<Subscribed> subscriptions;
    private final @Nullable OwnLog own;
    private final List<Entry> entries = new ArrayList<>();
    private final List<OwnLog.Own> owns = new ArrayList<>();
    private boolean hasWritten;
    private @Nullable TopicHistory lostTopic;

    /**
     * Makes a way for one turn.
     *
     * @param subscriptions the reader's, which do not change meanwhile
     * @param own what is the reader's alone, null for a plain reader
     */
    CatchUp(
            Reader reader,
            ServerLoop loop,
            Connection connection,
            List<Subscribed> subscriptions,
            @Nullable OwnLog own) {
        this.reader = reader;
        this.loop = loop;
        this.connection = connection;
        this.subscriptions = subscriptions;
        this.own = own;
    }

    /** What one batch came to. */
    private enum Batch {
        /** There may be more. */
        MORE,
        /** There is nothing between the reader and its loop. */
        LAST,
        /** A topic has dropped what the loop has not read yet. */
        MUST_WAIT,
        /** A topic does not wait for this reader. */
        REFUSED
    }

    /** Goes on; returns whether the reader has come up to its loop, and must join it before anything else happens. */
    boolean goOn() {
        for (int i = 0; i < BATCHES_A_TURN && connection.isWritable(); i++) {
            Batch batch = writeBatch();
            if (batch != Batch.MORE) {
                return batch == Batch.LAST;
            }
        }
        return false;
    }

    /** Whether something was written, and is to be flushed. */
    boolean hasWritten() {
        return hasWritten;
    }

    /** The topic that has dropped something before this reader came to it, and does not wait for such readers; null for none. */
    @Nullable TopicHistory lostTopic() {
        return lostTopic;
    }

    private Batch writeBatch() {
        loop.readOn();
        // Serving others may have made the loop stop reading: it must not jump ahead between here and joining a group.
        long head = subscriptions.isEmpty() ? loop.cursorSequence() : loop.startReading();
        entries.clear();
        long bound = head;
        for (Subscribed subscribed : subscriptions) {
            bound = Math.min(bound, read(subscribed, head));
            if (lostTopic != null) {
                return Batch.REFUSED;
            }
            if (bound < 0) {
                loop.wake();
                return Batch.MUST_WAIT;
            }
        }
        if (subscriptions.size() > 1) {
            entries.sort(Comparator.comparingLong(Entry::sequence));
        }
        owns.clear();
        if (own != null) {
            own.readAfter(reader.written(), reader.writtenSub(), BATCH_ENTRIES, owns);
            if (owns.size() == BATCH_ENTRIES) {
                bound = Math.min(bound, owns.get(BATCH_ENTRIES - 1).position().sequence());
            }
        }
        if (entries.isEmpty() && owns.isEmpty()) {
            if (head > reader.written()) {
                reader.advance(head, 0);
            }
            return Batch.LAST;
        }
        writeMerged(bound);
        return Batch.MORE;
    }

    /**
     * Reads what a topic has for this batch, and tells what it has no more.
     *
     * @return the sequence number up to which nothing of the topic is left out; negative when the loop must read on first
     */
    private long read(Subscribed subscribed, long head) {
        TopicHistory history = subscribed.history();
        long after = Math.max(reader.written(), subscribed.from());
        if (history.newestSequence() <= after) {
            return head;
        }
        int size = entries.size();
        long now = loop.log().now();
        long upTo = Math.min(head, subscribed.wholeUpTo());
        long dropped = after < upTo ? history.read(after, upTo, BATCH_ENTRIES, now, entries) : 0;
        if (entries.size() == size) {
            upTo = head;
            dropped = history.readBehind(after, head, BATCH_ENTRIES, now, entries);
        }
        if (dropped > head) {
            return -1;
        }
        if (dropped > Math.max(after, subscribed.connectedAt()) && disconnects(history)) {
            lostTopic = history;
        } else if (dropped > Math.max(after, subscribed.toldUpTo())) {
            subscribed.told(dropped);
            tellGap(history, dropped);
        }
        return entries.size() - size == BATCH_ENTRIES
                ? entries.get(entries.size() - 1).sequence()
                : upTo;
    }

    private static boolean disconnects(TopicHistory history) {
        return history.options().slowReader().policy() == Policy.DISCONNECT;
    }

    private void tellGap(TopicHistory history, long dropped) {
        Envelope gap = Envelope.control(
                Envelope.Kind.GAP,
                history.name(),
                Gap.Reason.OVERRUN.text() + " " + loop.log().position(dropped));
        reader.tellGap(loop, connection, gap);
        hasWritten = true;
    }

    private void writeMerged(long bound) {
        ByteBuf bytes = loop.alloc().directBuffer(1024);
        try {
            int e = 0;
            int o = 0;
            while (bytes.readableBytes() < BATCH_BYTES) {
                boolean hasEntry = e < entries.size() && entries.get(e).sequence() <= bound;
                boolean ownFirst = o < owns.size()
                        && (!hasEntry
                                || owns.get(o).position().sequence()
                                        < entries.get(e).sequence())
                        && owns.get(o).position().sequence() <= bound;
                if (ownFirst) {
                    OwnLog.Own next = owns.get(o++);
                    connection.framing().encode(next.envelope(), bytes);
                    reader.advance(next.position().sequence(), next.position().sub());
                } else if (hasEntry) {
                    Entry next = entries.get(e++);
                    bytes.writeBytes(loop.encoded(next, connection.framing()));
                    reader.advance(next.sequence(), 0);
                } else {
                    break;
                }
            }
            reader.wrote(loop.loop().nanoTime());
            hasWritten = true;
            if (bytes.isReadable()) {
                connection.write(bytes);
            }
        } finally {
            bytes.release();
        }
    }
}
