// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A place in the log: how far a reader has come. Immutable.
 *
 * <p>A position has an epoch, which names one life of the log, a sequence number that all topics share, and for messages
 * that concern one channel alone a sub-number below that. Positions of one epoch are ordered; those of different epochs
 * are not comparable. The text form, such as {@code k3f9x2-1052} or {@code k3f9x2-1052.2}, is what travels
 * ({@code docs/protocol.md}, section 1).
 *
 * @param epoch the life of the log, 1 to 16 of {@code a-z0-9}
 * @param sequence the place among the messages of all topics; 0 is before the first
 * @param sub the place among the messages of one channel after {@code sequence}; 0 for none
 */
public record Position(String epoch, long sequence, long sub) {

    /** The longest epoch, in letters. */
    public static final int MAX_EPOCH_LENGTH = 16;

    /** Written by any thread, without order: whichever it is, it only saves making it again. */
    private static String lastEpoch = "";

    /** Checks the parts. */
    public Position {
        Objects.requireNonNull(epoch, "epoch");
        if (!isEpoch(epoch)) {
            throw new IllegalArgumentException("epoch: " + epoch + " (expected: 1 to 16 of a-z and 0-9)");
        }
        if (sequence < 0) {
            throw new IllegalArgumentException("sequence: " + sequence + " (expected: >= 0)");
        }
        if (sub < 0) {
            throw new IllegalArgumentException("sub: " + sub + " (expected: >= 0)");
        }
    }

    /**
     * Reads the text form.
     *
     * @param text such as {@code k3f9x2-1052.2}
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} when {@code text} is no position
     */
    public static Position parse(String text) {
        @Nullable Position position = parseOrNull(text);
        if (position == null) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "position: " + WherryException.quote(text) + " (expected: such as k3f9x2-1052 or k3f9x2-1052.2)");
        }
        return position;
    }

    private static @Nullable Position parseOrNull(String text) {
        int dash = text.indexOf('-');
        if (dash < 1 || dash > MAX_EPOCH_LENGTH) {
            return null;
        }
        int dot = text.indexOf('.', dash);
        String epoch = epoch(text, dash);
        long sequence = number(text, dash + 1, dot < 0 ? text.length() : dot);
        long sub = dot < 0 ? 0 : number(text, dot + 1, text.length());
        return isEpoch(epoch) && sequence >= 0 && sub >= 0 ? new Position(epoch, sequence, sub) : null;
    }

    /** The epoch that a text begins with: the same as last time, mostly, and then not made again. */
    private static String epoch(String text, int length) {
        String last = lastEpoch;
        if (last.length() == length && text.startsWith(last)) {
            return last;
        }
        String epoch = text.substring(0, length);
        lastEpoch = epoch;
        return epoch;
    }

    private static long number(String text, int start, int end) {
        if (end <= start || end - start > 18) {
            return -1;
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private static boolean isEpoch(String text) {
        if (text.isEmpty() || text.length() > MAX_EPOCH_LENGTH) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tells whether this position comes after another of the same epoch; positions of different epochs are never after
     * each other.
     */
    public boolean isAfter(Position other) {
        if (!epoch.equals(other.epoch)) {
            return false;
        }
        return sequence > other.sequence || (sequence == other.sequence && sub > other.sub);
    }

    /** Tells whether two positions belong to the same life of the log. */
    public boolean isSameEpoch(Position other) {
        return epoch.equals(other.epoch);
    }

    /** The text form, such as {@code k3f9x2-1052.2}. */
    @Override
    public String toString() {
        return sub == 0 ? epoch + '-' + sequence : epoch + '-' + sequence + '.' + sub;
    }
}
