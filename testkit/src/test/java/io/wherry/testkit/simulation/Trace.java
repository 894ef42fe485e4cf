// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.testkit.VirtualClock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happens in one run: as a hash, so that two runs of one seed can be compared, and as lines of text where
 * they are wanted. Confined to the thread of the run.
 */
final class Trace {

    private static final int MOST_LINES = 20_000;

    private final VirtualClock clock;
    private final @Nullable ArrayDeque<String> lines;
    private long hash = 0x9E3779B97F4A7C15L;
    private long events;
    private final Map<String, Integer> tally = new TreeMap<>();

    /**
     * Begins a trace.
     *
     * @param keepsLines whether the text is wanted, which costs time
     */
    Trace(VirtualClock clock, boolean keepsLines) {
        this.clock = clock;
        this.lines = keepsLines ? new ArrayDeque<>() : null;
    }

    /** Adds what happened, to whom, and a number that tells it from others. */
    void add(String who, String what, long number) {
        events++;
        hash = (hash ^ clock.nanoTime()) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ who.hashCode() ^ ((long) what.hashCode() << 32) ^ number) * 0x94D049BB133111EBL;
        hash ^= hash >>> 29;
        if (lines != null) {
            if (lines.size() == MOST_LINES) {
                lines.poll();
            }
            lines.add(String.format("%12.6f  %-14s %s %d", clock.nanoTime() / 1e9, who, what, number));
        }
    }

    /** Counts something of which every large number of runs must have some. */
    void count(String what) {
        tally.merge(what, 1, Integer::sum);
    }

    /** What was counted. */
    Map<String, Integer> tally() {
        return tally;
    }

    /** Adds a detail where lines are kept; it is no part of the hash. */
    void note(String who, String what, Object detail) {
        if (lines != null) {
            lines.add(String.format("%12.6f  %-14s %s %s", clock.nanoTime() / 1e9, who, what, detail));
        }
    }

    long hash() {
        return hash;
    }

    long events() {
        return events;
    }

    /** The last lines, at most so many. */
    List<String> last(int count) {
        if (lines == null) {
            return List.of();
        }
        return lines.stream().skip(Math.max(0, lines.size() - count)).toList();
    }
}
