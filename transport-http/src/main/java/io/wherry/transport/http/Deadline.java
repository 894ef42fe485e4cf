// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.spi.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A time by which something must have happened, moved often: the timer behind it is set again only when it has run.
 * Confined to its loop.
 */
final class Deadline {

    private final Loop loop;
    private final @Nullable Holds holds;
    private final Runnable late;
    private Loop.@Nullable Timer timer;
    private long timerAt;
    private long at;
    private boolean set;

    Deadline(Loop loop, Runnable late) {
        this(loop, null, late);
    }

    /**
     * Makes one.
     *
     * @param holds what times the delays, where there are many of the same that are soon taken off; null for a timer of its own
     */
    Deadline(Loop loop, @Nullable Holds holds, Runnable late) {
        this.loop = loop;
        this.holds = holds;
        this.late = late;
    }

    /** Moves it. */
    void in(Duration delay) {
        long nanos = delay.toNanos();
        at = loop.nanoTime() + nanos;
        set = true;
        if (timer != null && timerAt - at <= 0) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerAt = at;
        timer = holds == null ? loop.schedule(this::fire, nanos) : holds.in(nanos, this::fire);
    }

    /** Takes it off, for a short while. */
    void clear() {
        set = false;
    }

    /** Takes it off, with its timer. */
    void cancel() {
        set = false;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void fire() {
        timer = null;
        if (!set) {
            return;
        }
        long left = at - loop.nanoTime();
        if (left > 0) {
            timerAt = at;
            timer = loop.schedule(this::fire, left);
        } else {
            set = false;
            late.run();
        }
    }
}
