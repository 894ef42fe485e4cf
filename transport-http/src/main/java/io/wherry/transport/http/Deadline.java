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
    private final Runnable late;
    private Loop.@Nullable Timer timer;
    private long timerAt;
    private long at;
    private boolean set;

    Deadline(Loop loop, Runnable late) {
        this.loop = loop;
        this.late = late;
    }

    /** Moves it. */
    void in(Duration delay) {
        long nanos = delay.toNanos();
        at = loop.nanoTime() + nanos;
        set = true;
        if (timer == null) {
            schedule(nanos);
        } else if (timerAt - at > 0) {
            timer.cancel();
            schedule(nanos);
        }
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

    private void schedule(long nanos) {
        timerAt = at;
        timer = loop.schedule(this::fire, nanos);
    }

    private void fire() {
        timer = null;
        if (!set) {
            return;
        }
        long left = at - loop.nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            set = false;
            late.run();
        }
    }
}
