// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import java.util.HashSet;
import java.util.Set;

/**
 * What one receiver must hear from one source: the numbers 1, 2, 3 and so on, each once and in order. Thread-safe.
 *
 * <p>A number that is skipped is missing; it is out of order when it comes later, and lost when it never comes. Where a gap
 * was told, what is skipped by the next number is told, not lost.
 */
final class Stream {

    private static final int MAX_REMEMBERED = 100_000;

    private final Set<Long> missing = new HashSet<>(0);
    private long next = 1;
    private long delivered;
    private long forgotten;
    private long doubled;
    private long outOfOrder;
    private long told;
    private boolean gapTold;

    /** What became of a stream, or of several. */
    record Sum(long delivered, long lost, long doubled, long outOfOrder, long told) {

        static final Sum NONE = new Sum(0, 0, 0, 0, 0);

        Sum plus(Sum other) {
            return new Sum(
                    delivered + other.delivered,
                    lost + other.lost,
                    doubled + other.doubled,
                    outOfOrder + other.outOfOrder,
                    told + other.told);
        }
    }

    /** A number has come. */
    synchronized void take(long number) {
        if (number >= next) {
            skip(number);
            next = number + 1;
            delivered++;
        } else if (missing.remove(number)) {
            outOfOrder++;
            delivered++;
        } else {
            doubled++;
        }
    }

    private void skip(long upTo) {
        if (gapTold) {
            told += upTo - next;
        } else {
            for (long number = next; number < upTo; number++) {
                if (missing.size() == MAX_REMEMBERED) {
                    forgotten += upTo - number;
                    break;
                }
                missing.add(number);
            }
        }
        gapTold = false;
    }

    /** The receiver was told that something is missing here. */
    synchronized void gapTold() {
        gapTold = true;
    }

    /** Whether all of so many have come. */
    synchronized boolean hasAll(long sent) {
        return next > sent && missing.isEmpty() && forgotten == 0;
    }

    /** What became of so many. */
    synchronized Sum sum(long sent) {
        long ahead = Math.max(0, sent + 1 - next);
        return new Sum(
                delivered,
                missing.size() + forgotten + (gapTold ? 0 : ahead),
                doubled,
                outOfOrder,
                told + (gapTold ? ahead : 0));
    }

    @Override
    public synchronized String toString() {
        return "Stream[next " + next + ", missing " + missing.size() + ", doubled " + doubled + ", out of order "
                + outOfOrder + "]";
    }
}
