// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

/**
 * How long a path lets a connection be silent: learned from connections that were cut after about the same silence, as
 * intermediaries do. Confined to one channel's loop.
 */
final class SilenceLimit {

    /** A shorter silence says nothing. */
    private static final long SHORTEST_NANOS = 500_000_000L;

    private long lastNanos = -1;
    private long longestAllowedNanos = Long.MAX_VALUE;

    /** After how much silence to ask for a sign of life, so that the path does not cut; for ever where none is known. */
    long askAfterNanos() {
        return longestAllowedNanos;
    }

    /** A connection that worked was cut after it had been silent for so long. */
    void cutAfter(long silentNanos) {
        boolean isAlike = Math.abs(silentNanos - lastNanos) <= Math.max(silentNanos, lastNanos) / 4;
        if (silentNanos >= SHORTEST_NANOS && lastNanos > 0 && isAlike) {
            longestAllowedNanos = Math.min(longestAllowedNanos, Math.min(silentNanos, lastNanos) / 2);
        }
        lastNanos = silentNanos;
    }
}
