// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * POSTs that the server had no room for: when to come again, and for how long. What was refused is kept and asked about by an
 * empty POST, which waits for room at the server. Confined to its loop.
 */
final class Refusals {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final int MAX_DOUBLINGS = 7;
    /** An answer that comes sooner was not held until there is room. */
    private static final long HELD_NANOS = Duration.ofMillis(100).toNanos();

    private final Loop loop;
    private final long patienceNanos;
    private final Runnable again;
    private Loop.@Nullable Timer timer;
    private int count;
    private long firstNanos;

    /**
     * Begins with none.
     *
     * @param patience how long the server may go on refusing
     * @param again called when it is time for the next POST
     */
    Refusals(Loop loop, Duration patience, Runnable again) {
        this.loop = loop;
        this.patienceNanos = patience.toNanos();
        this.again = again;
    }

    /** Whether a failure is such a refusal, and patience is left for it; if so, {@link #isPausing} until it is time. */
    boolean take(WherryException failure) {
        return failure.code() == ErrorCode.TOO_MANY && pause();
    }

    /**
     * Takes an answer that acknowledges nothing. A server without room holds such a one; where they come at once, something
     * else stands in between, and each counts as a refusal.
     *
     * @param postedNanos when the POST was made
     * @return whether patience is left
     */
    boolean takeUnacknowledged(long postedNanos) {
        if (loop.nanoTime() - postedNanos < HELD_NANOS) {
            return pause();
        }
        over();
        return true;
    }

    private boolean pause() {
        long now = loop.nanoTime();
        if (count == 0) {
            firstNanos = now;
        } else if (now - firstNanos > patienceNanos) {
            return false;
        }
        long pause = FIRST_PAUSE.toNanos() << Math.min(count, MAX_DOUBLINGS);
        count++;
        stop();
        timer = loop.schedule(this::resume, pause);
        return true;
    }

    /** Why no patience is left for answers that acknowledge nothing. */
    static WherryException unacknowledged() {
        return new WherryException(
                ErrorCode.UNAVAILABLE, "answer to a POST: empty, again and again (expected: an acknowledgement)");
    }

    private void resume() {
        timer = null;
        again.run();
    }

    /** Whether no POST should be made. */
    boolean isPausing() {
        return timer != null;
    }

    /** The server has taken a POST. */
    void over() {
        count = 0;
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
