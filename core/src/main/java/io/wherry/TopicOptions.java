// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.time.Duration;
import java.util.Objects;

/**
 * What a topic keeps, and what clients may do with it. Immutable.
 *
 * @param maxCount how many messages are kept at most
 * @param maxBytes how many bytes of payload are kept at most; the latest message is kept whatever its size
 * @param maxAge how long a message is kept at most
 * @param clientPublish whether clients may publish
 * @param slowReader what becomes of readers that do not keep up
 */
public record TopicOptions(int maxCount, long maxBytes, Duration maxAge, boolean clientPublish, SlowReader slowReader) {

    private static final TopicOptions DEFAULTS =
            new TopicOptions(1024, 16 << 20, Duration.ofHours(1), false, SlowReader.keep());

    /** Checks the bounds. */
    public TopicOptions {
        Objects.requireNonNull(maxAge, "maxAge");
        Objects.requireNonNull(slowReader, "slowReader");
        if (maxCount < 1) {
            throw new IllegalArgumentException("maxCount: " + maxCount + " (expected: >= 1)");
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: >= 1)");
        }
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("maxAge: " + maxAge + " (expected: > 0)");
        }
    }

    /** 1024 messages, 16 MiB, one hour; clients may not publish; slow readers read all that is kept. */
    public static TopicOptions defaults() {
        return DEFAULTS;
    }

    /** These options with another count. */
    public TopicOptions maxCount(int count) {
        return new TopicOptions(count, maxBytes, maxAge, clientPublish, slowReader);
    }

    /** These options with another number of bytes. */
    public TopicOptions maxBytes(long bytes) {
        return new TopicOptions(maxCount, bytes, maxAge, clientPublish, slowReader);
    }

    /** These options with another age. */
    public TopicOptions maxAge(Duration age) {
        return new TopicOptions(maxCount, maxBytes, age, clientPublish, slowReader);
    }

    /** These options with or without the right of clients to publish. */
    public TopicOptions clientPublish(boolean allowed) {
        return new TopicOptions(maxCount, maxBytes, maxAge, allowed, slowReader);
    }

    /** These options with another way with slow readers. */
    public TopicOptions slowReader(SlowReader policy) {
        return new TopicOptions(maxCount, maxBytes, maxAge, clientPublish, policy);
    }
}
