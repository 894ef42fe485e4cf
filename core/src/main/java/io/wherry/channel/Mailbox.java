// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.spi.Loop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of one channel, run in order on whichever loop the channel lives. Thread-safe.
 *
 * <p>A channel moves to the loop of its newest connection; tasks that were handed in before keep their place before those
 * handed in after.
 */
final class Mailbox {

    private static final Logger log = LoggerFactory.getLogger(Mailbox.class);
    private static final int MAX_RUN = 256;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Runnable drain = this::drain;
    private volatile Loop loop;
    /** Whether a task runs; written by the loop that runs it. */
    private volatile boolean running;
    /** Written on the old loop, read on the new one, ordered by the hand-over. */
    private volatile @Nullable Runnable afterMove;

    Mailbox(Loop loop) {
        this.loop = loop;
    }

    Loop loop() {
        return loop;
    }

    boolean inLoop() {
        return loop.inLoop();
    }

    /** Runs a task after all that were handed in before. */
    void execute(Runnable task) {
        tasks.add(task);
        schedule();
    }

    /** Runs a task at once where the caller is on the loop and nothing waits before it, else after what waits. */
    void run(Runnable task) {
        if (!loop.inLoop() || running || !tasks.isEmpty() || afterMove != null) {
            execute(task);
            return;
        }
        running = true;
        runGuarded(task);
        running = false;
        if (!tasks.isEmpty()) {
            schedule();
        }
    }

    /** Moves to another loop, and runs a task there before all others. Called in a task of this mailbox. */
    void moveTo(Loop target, Runnable first) {
        afterMove = first;
        loop = target;
        if (scheduled.compareAndSet(false, true)) {
            target.execute(drain);
        }
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                loop.execute(drain);
            } catch (RejectedExecutionException e) {
                log.debug("a channel was used after its server was closed", e);
            }
        }
    }

    private void drain() {
        Loop here = loop;
        if (!here.inLoop()) {
            here.execute(drain);
            return;
        }
        if (running) {
            here.execute(drain);
            return;
        }
        running = true;
        try {
            Runnable first = afterMove;
            if (first != null) {
                afterMove = null;
                runGuarded(first);
            }
            Runnable task;
            for (int i = 0; i < MAX_RUN && loop == here && (task = tasks.poll()) != null; i++) {
                runGuarded(task);
            }
        } finally {
            running = false;
            scheduled.set(false);
            if (!tasks.isEmpty() || afterMove != null) {
                schedule();
            }
        }
    }

    private static void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // the tasks behind it must run all the same
            log.error("a task of a channel failed", e);
        }
    }
}
