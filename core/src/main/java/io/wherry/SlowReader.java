// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What becomes of a reader of a topic that does not keep up: a channel or a plain reader whose connection takes less than is
 * published, or that comes back. Immutable.
 *
 * <p>Whatever it is, nobody else notices: a slow reader costs no memory, since it is a place in the log, and the publisher waits
 * for no one. Messages that are passed over by {@link #latest()}, {@link #latestByKey()} and {@link #atMost} are no gap: that is
 * agreed. What is given stays in the order of the log, nothing twice, and the last message, of each key where it is by key, always
 * comes; only a topic that has dropped even that, by its bounds, tells a {@link Gap}.
 *
 * <p>Written as text, as in {@code wherry.topic.slow-reader}: {@code keep}, {@code latest}, {@code latest-by-key}, {@code
 * latest 5/s}, {@code latest-by-key 5/s}, {@code disconnect}, {@code disconnect 1000}.
 *
 * @param policy what is done
 * @param perSecond how many messages readers are given a second at most, of each key where it is by key; 0 for any number
 * @param maxBehind over how many messages behind a reader is disconnected; 0 for as many as the topic keeps
 */
public record SlowReader(Policy policy, int perSecond, int maxBehind) {

    private static final Pattern TEXT = Pattern.compile("([a-z-]+)(?: ([1-9][0-9]{0,8})(/s)?)?");
    private static final int MAX_PER_SECOND = 1000;

    /** What is done with a reader that is behind. */
    public enum Policy {
        /** It reads all that the topic keeps; a gap is told for what is dropped. */
        KEEP,
        /** It skips to the latest message. */
        LATEST,
        /** It gets the latest message of each key. */
        LATEST_BY_KEY,
        /** Its connection is closed. */
        DISCONNECT;

        private String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Checks what goes with what. */
    public SlowReader {
        Objects.requireNonNull(policy, "policy");
        boolean isConflated = policy == Policy.LATEST || policy == Policy.LATEST_BY_KEY;
        if (perSecond < 0 || perSecond > MAX_PER_SECOND || (perSecond > 0 && !isConflated)) {
            throw new IllegalArgumentException("perSecond: " + perSecond + " (expected: " + 0
                    + (isConflated ? " to " + MAX_PER_SECOND : " for " + policy.text()) + ")");
        }
        if (maxBehind < 0 || (maxBehind > 0 && policy != Policy.DISCONNECT)) {
            throw new IllegalArgumentException("maxBehind: " + maxBehind + " (expected: " + 0
                    + (policy == Policy.DISCONNECT ? " or more" : " for " + policy.text()) + ")");
        }
    }

    /** It reads all that the topic keeps; a gap is told for what is dropped before it comes to it. The default. */
    public static SlowReader keep() {
        return new SlowReader(Policy.KEEP, 0, 0);
    }

    /** It skips to the latest message. */
    public static SlowReader latest() {
        return new SlowReader(Policy.LATEST, 0, 0);
    }

    /**
     * It gets the latest message of each {@linkplain Message#withKey key}. The topic keeps no other: its bounds count the latest
     * of each key, and so does its history. A message without a key takes no other's place. When the bounds drop the latest
     * message of a key, a reader that has not had it is told a gap.
     */
    public static SlowReader latestByKey() {
        return new SlowReader(Policy.LATEST_BY_KEY, 0, 0);
    }

    /** Its connection is closed, with {@link ErrorCode#TOO_MANY}, when the topic has dropped something before it came to it. */
    public static SlowReader disconnect() {
        return new SlowReader(Policy.DISCONNECT, 0, 0);
    }

    /**
     * Its connection is closed, with {@link ErrorCode#TOO_MANY}, when it is more than so many messages behind, of those that
     * were published since it connected. That is looked at now and then, so that a burst is no harm.
     */
    public static SlowReader disconnect(int maxBehind) {
        if (maxBehind < 1) {
            throw new IllegalArgumentException("maxBehind: " + maxBehind + " (expected: 1 or more)");
        }
        return new SlowReader(Policy.DISCONNECT, 0, maxBehind);
    }

    /**
     * No reader, however fast, is given more than so many messages a second, or of each key, where this is {@link
     * #latestByKey()}: of those published in between the latest goes into the topic, and no other.
     *
     * @param count 1 to 1000
     */
    public SlowReader atMost(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("atMost: " + count + " (expected: 1 to " + MAX_PER_SECOND + ")");
        }
        return new SlowReader(policy, count, maxBehind);
    }

    /**
     * Reads the text of one.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static SlowReader parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (matcher.matches()) {
            int number = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
            boolean isRate = matcher.group(3) != null;
            for (Policy policy : Policy.values()) {
                if (policy.text().equals(matcher.group(1))) {
                    return new SlowReader(policy, isRate ? number : 0, isRate ? 0 : number);
                }
            }
        }
        throw new IllegalArgumentException(
                "slow reader: " + text
                        + " (expected: keep, latest, latest-by-key, latest 5/s, latest-by-key 5/s, disconnect or disconnect 1000)");
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        return policy.text() + (perSecond > 0 ? " " + perSecond + "/s" : "") + (maxBehind > 0 ? " " + maxBehind : "");
    }
}
