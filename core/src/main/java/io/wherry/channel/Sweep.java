// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.spi.Loop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of a loop for all that waits there: it visits everything in turn, a slice at a tick, each once in a period.
 * Confined to the loop. It runs only while there is something to visit.
 */
final class Sweep {

    private static final int SLICES = 16;

    private final Loop loop;
    private final long tickNanos;
    private final List<Visited> visited = new ArrayList<>();
    private Loop.@Nullable Timer timer;
    private int next;

    /** What is visited. */
    interface Visited {

        /** Looks after itself. May remove itself from the sweep. */
        void visit(long nowNanos);

        /** Where the sweep keeps it; set by the sweep alone. */
        int sweepIndex();

        /** Sets where the sweep keeps it; -1 for nowhere. */
        void sweepIndex(int index);
    }

    Sweep(Loop loop, long periodNanos) {
        this.loop = loop;
        this.tickNanos = Math.max(1, periodNanos / SLICES);
    }

    int size() {
        return visited.size();
    }

    void add(Visited one) {
        one.sweepIndex(visited.size());
        visited.add(one);
        if (timer == null) {
            timer = loop.schedule(this::tick, tickNanos);
        }
    }

    void remove(Visited one) {
        int index = one.sweepIndex();
        if (index < 0) {
            return;
        }
        one.sweepIndex(-1);
        Visited last = visited.remove(visited.size() - 1);
        if (last != one) {
            visited.set(index, last);
            last.sweepIndex(index);
        }
    }

    /** Those that are there. A copy. */
    List<Visited> all() {
        return List.copyOf(visited);
    }

    private void tick() {
        timer = null;
        long now = loop.nanoTime();
        int count = (visited.size() + SLICES - 1) / SLICES;
        for (int i = 0; i < count && !visited.isEmpty(); i++) {
            if (next >= visited.size()) {
                next = 0;
            }
            visited.get(next++).visit(now);
        }
        if (!visited.isEmpty()) {
            timer = loop.schedule(this::tick, tickNanos);
        }
    }

    /** Stops the timer. */
    void stop() {
        Loop.Timer running = timer;
        if (running != null) {
            running.cancel();
        }
        visited.clear();
    }
}
