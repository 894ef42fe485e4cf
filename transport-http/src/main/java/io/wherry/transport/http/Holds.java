// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.spi.Loop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits on a loop for a time that many others wait for too, such as the hold time of polls: those of one duration are due in
 * the order in which they came, so that a list and one timer do for all of them. Confined to the loop.
 */
final class Holds {

    /** More durations than there are in a server's configuration. */
    private static final int MAX_QUEUES = 16;

    private final Loop loop;
    private final List<Queue> queues = new ArrayList<>(4);

    Holds(Loop loop) {
        this.loop = loop;
    }

    /** Something that waits. */
    static final class Hold implements Loop.Timer {

        private final Runnable task;
        private final @Nullable Queue queue;
        private final Loop.@Nullable Timer timer;
        private long due;
        private @Nullable Hold before;
        private @Nullable Hold after;
        private boolean waits;

        private Hold(Runnable task, @Nullable Queue queue, Loop.@Nullable Timer timer) {
            this.task = task;
            this.queue = queue;
            this.timer = timer;
        }

        /** Keeps it from running, if it has not. On the loop. */
        @Override
        public void cancel() {
            if (timer != null) {
                timer.cancel();
            } else if (queue != null && waits) {
                queue.remove(this);
            }
        }
    }

    /** Runs a task after a delay. */
    Hold in(long nanos, Runnable task) {
        Queue queue = queue(nanos);
        if (queue == null) {
            return new Hold(task, null, loop.schedule(task, nanos));
        }
        Hold hold = new Hold(task, queue, null);
        queue.add(hold);
        return hold;
    }

    private @Nullable Queue queue(long nanos) {
        for (int i = 0; i < queues.size(); i++) {
            if (queues.get(i).nanos == nanos) {
                return queues.get(i);
            }
        }
        if (queues.size() == MAX_QUEUES) {
            return null;
        }
        Queue made = new Queue(nanos);
        queues.add(made);
        return made;
    }

    /** Those that wait equally long, in the order in which they are due. */
    private final class Queue {

        private final long nanos;
        private @Nullable Hold first;
        private @Nullable Hold last;
        private boolean ticking;

        Queue(long nanos) {
            this.nanos = nanos;
        }

        void add(Hold hold) {
            hold.due = loop.nanoTime() + nanos;
            hold.waits = true;
            hold.before = last;
            if (last == null) {
                first = hold;
            } else {
                last.after = hold;
            }
            last = hold;
            if (!ticking) {
                ticking = true;
                loop.schedule(this::tick, nanos);
            }
        }

        void remove(Hold hold) {
            hold.waits = false;
            if (hold.before == null) {
                first = hold.after;
            } else {
                hold.before.after = hold.after;
            }
            if (hold.after == null) {
                last = hold.before;
            } else {
                hold.after.before = hold.before;
            }
            hold.before = null;
            hold.after = null;
        }

        private void tick() {
            ticking = false;
            long now = loop.nanoTime();
            while (first != null && first.due - now <= 0) {
                Hold due = first;
                remove(due);
                due.task.run();
            }
            if (first != null && !ticking) {
                ticking = true;
                loop.schedule(this::tick, first.due - now);
            }
        }
    }
}
