// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import java.util.random.RandomGenerator;

/** The pauses before reconnecting: random between nothing and a bound that doubles each time (full jitter). Not thread-safe. */
final class Backoff {

    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long boundNanos;

    Backoff(long minNanos, long maxNanos, RandomGenerator random) {
        this.minNanos = minNanos;
        this.maxNanos = Math.max(minNanos, maxNanos);
        this.random = random;
        this.boundNanos = minNanos;
    }

    /** The next pause. */
    long nextNanos() {
        long pause = random.nextLong(boundNanos + 1);
        boundNanos = Math.min(maxNanos, boundNanos * 2);
        return pause;
    }

    /** Begins again with the shortest bound: something has worked. */
    void reset() {
        boundNanos = minNanos;
    }
}
