// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where reading a topic starts. Immutable.
 *
 * @param mode which of the three
 * @param position for {@link Mode#AFTER}
 * @param count for {@link Mode#LAST}
 */
public record Start(Mode mode, @Nullable Position position, int count) {

    private static final Start NOW = new Start(Mode.NOW, null, 0);

    /** The ways to start. */
    public enum Mode {
        /** With the next message. */
        NOW,
        /** With what comes after a position, as far as it is kept. */
        AFTER,
        /** With the last messages that are kept. */
        LAST
    }

    /** Checks that mode and values fit. */
    public Start {
        Objects.requireNonNull(mode, "mode");
        if ((mode == Mode.AFTER) != (position != null)) {
            throw new IllegalArgumentException("position: " + position + " (expected: one exactly with mode after)");
        }
        if (mode == Mode.LAST && count < 1) {
            throw new WherryException(ErrorCode.BAD_REQUEST, "last: " + count + " (expected: 1 or more)");
        }
    }

    /** With the next message. */
    public static Start now() {
        return NOW;
    }

    /** With what comes after a position, as far as the topic keeps it; what it no longer keeps is told as a gap. */
    public static Start after(Position position) {
        return new Start(Mode.AFTER, Objects.requireNonNull(position, "position"), 0);
    }

    /** With the last messages that the topic keeps, at most {@code count} of them. */
    public static Start last(int count) {
        return new Start(Mode.LAST, null, count);
    }

    /** The form that travels: {@code now}, {@code after P} or {@code last N}. */
    @Override
    public String toString() {
        return switch (mode) {
            case NOW -> "now";
            case AFTER -> "after " + position;
            case LAST -> "last " + count;
        };
    }

    /**
     * Reads the form that travels.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST}
     */
    public static Start parse(String text) {
        if (text.equals("now")) {
            return NOW;
        }
        if (text.startsWith("after ")) {
            return after(Position.parse(text.substring(6)));
        }
        if (text.startsWith("last ")) {
            return last(count(text.substring(5)));
        }
        throw new WherryException(
                ErrorCode.BAD_REQUEST,
                "start: " + WherryException.quote(text) + " (expected: now, after POSITION or last N)");
    }

    private static int count(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        long count = digits ? Long.parseLong(text) : 0;
        if (count < 1 || count > Integer.MAX_VALUE) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "last: " + WherryException.quote(text) + " (expected: a number from 1 to " + Integer.MAX_VALUE
                            + ")");
        }
        return (int) count;
    }
}
