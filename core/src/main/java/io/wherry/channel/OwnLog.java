// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.log.Ring;
import io.wherry.spi.Envelope;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What concerns one channel alone: messages to it, requests, replies, answers; kept until its client has them. Confined to
 * the channel's loop.
 *
 * <p>Each is numbered below the last message of the log, so that all that a channel gets is in one order.
 */
final class OwnLog {

    private static final int ENTRY_WEIGHT = 128;

    private final String epoch;
    private final ByteBudget budget;
    /** Null while there was none. */
    private @Nullable Ring<Own> entries;

    private long lastSequence = -1;
    private long lastSub;

    /** One envelope, and who waits for its arrival. */
    record Own(Envelope envelope, @Nullable CompletableFuture<Void> arrived) {

        Position position() {
            Position position = envelope.position();
            if (position == null) {
                throw new AssertionError("an entry without a position: " + envelope);
            }
            return position;
        }

        /** Where it stands to a place: positive when after it. */
        long compareTo(long sequence, long sub) {
            Position at = position();
            return at.sequence() == sequence ? Long.compare(at.sub(), sub) : Long.compare(at.sequence(), sequence);
        }
    }

    /**
     * Makes an empty log.
     *
     * @param budget what is added here was counted there by its weight; it is released here
     */
    OwnLog(String epoch, ByteBudget budget) {
        this.epoch = epoch;
        this.budget = budget;
    }

    /** The position that the next entry gets. */
    Position nextPosition(long afterSequence) {
        long sequence = Math.max(afterSequence, lastSequence);
        return new Position(epoch, sequence, sequence == lastSequence ? lastSub + 1 : 1);
    }

    /**
     * Adds an entry.
     *
     * @param afterSequence the sequence number below which it is numbered
     */
    Own add(
            long afterSequence,
            Envelope.Kind kind,
            String name,
            @Nullable String argument,
            Message message,
            @Nullable CompletableFuture<Void> arrived) {
        Position position = nextPosition(afterSequence);
        lastSequence = position.sequence();
        lastSub = position.sub();
        Own own = new Own(Envelope.at(position, kind, name, argument, message), arrived);
        Ring<Own> all = entries == null ? new Ring<>() : entries;
        entries = all;
        all.add(own);
        return own;
    }

    /** Drops what the client has, and tells who waited for it. */
    void trim(Position received, Completions completions) {
        Ring<Own> all = entries;
        while (all != null && !all.isEmpty() && !all.get(0).position().isAfter(received)) {
            Own own = all.poll();
            release(own);
            if (own.arrived != null) {
                completions.done(own.arrived);
            }
        }
    }

    /** Adds what comes after a position to a list, in order, at most {@code max}. */
    void readAfter(long sequence, long sub, int max, List<Own> out) {
        Ring<Own> all = entries;
        if (all == null) {
            return;
        }
        int first = all.firstAfter(own -> own.compareTo(sequence, sub));
        for (int i = first; i < all.size() && i < first + max; i++) {
            out.add(all.get(i));
        }
    }

    boolean isEmpty() {
        return entries == null || entries.isEmpty();
    }

    /** Drops everything, and fails who waited. */
    void fail(WherryException reason, Completions completions) {
        Ring<Own> all = entries;
        while (all != null && !all.isEmpty()) {
            Own own = all.poll();
            release(own);
            if (own.arrived != null) {
                completions.fail(own.arrived, reason);
            }
        }
    }

    private void release(Own own) {
        budget.release(weight(own.envelope.message()));
    }

    /** What an entry counts: its payload, and what there is around it. */
    static int weight(Message message) {
        return message.size() + ENTRY_WEIGHT;
    }

    static WherryException full(int maxBytes) {
        return new WherryException(
                ErrorCode.TOO_MANY,
                "unacknowledged bytes: over " + maxBytes
                        + " (expected: at most wherry.limits.unacknowledged, wait until writable)");
    }
}
