// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.spi.Loop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks of one channel, run in order on whichever loop the channel lives. Thread-safe.
 *
 * <p>A channel moves to the loop of its newest connection; tasks that were handed in before keep their place before those
 * handed in after. It holds nothing while nothing waits: there is one for each channel.
 */
final class Mailbox implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Mailbox.class);
    private static final int MAX_RUN = 256;

    private static final AtomicReferenceFieldUpdater<Mailbox, @Nullable Task> NEWEST =
            AtomicReferenceFieldUpdater.newUpdater(Mailbox.class, Task.class, "newest");
    private static final AtomicIntegerFieldUpdater<Mailbox> SCHEDULED =
            AtomicIntegerFieldUpdater.newUpdater(Mailbox.class, "scheduled");

    /** The task that was handed in last, and behind it those before. */
    private volatile @Nullable Task newest;
    /** The next task to be run, and behind it those after: taken over from the above by the loop that runs them. */
    private volatile @Nullable Task oldest;
    /** 1 while the loop is to call {@link #run}. */
    private volatile int scheduled;

    private volatile Loop loop;
    /** Whether a task runs; written by the loop that runs it. */
    private volatile boolean running;
    /** Written on the old loop, read on the new one, ordered by the hand-over. */
    private volatile @Nullable Runnable afterMove;

    /** A task that waits. */
    private static final class Task {

        private final Runnable action;
        private @Nullable Task next;

        Task(Runnable action) {
            this.action = action;
        }
    }

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
        add(task);
        schedule(false);
    }

    /**
     * Runs a task as {@link #run} does, but does not wake the loop for it.
     *
     * @return whether the loop must be woken, see {@link Loop#executeQuietly}
     */
    <T> boolean runQuietly(Consumer<? super T> task, T on) {
        if (loop.inLoop()) {
            run(task, on);
            return false;
        }
        add(() -> task.accept(on));
        schedule(true);
        return true;
    }

    private void add(Runnable task) {
        Task added = new Task(task);
        Task before;
        do {
            before = newest;
            added.next = before;
        } while (!NEWEST.compareAndSet(this, before, added));
    }

    /** Runs a task at once where the caller is on the loop and nothing waits before it, else after what waits. */
    void run(Runnable task) {
        run(Runnable::run, task);
    }

    /** The same for a task on something, for which nothing need be made where it runs at once. */
    <T> void run(Consumer<? super T> task, T on) {
        if (!loop.inLoop() || running || hasTasks() || afterMove != null) {
            execute(() -> task.accept(on));
            return;
        }
        running = true;
        try {
            task.accept(on);
        } catch (Throwable e) { // the tasks behind it must run all the same
            log.error("a task of a channel failed", e);
        }
        running = false;
        if (hasTasks()) {
            schedule(false);
        }
    }

    private boolean hasTasks() {
        return oldest != null || newest != null;
    }

    /** Moves to another loop, and runs a task there before all others. Called in a task of this mailbox. */
    void moveTo(Loop target, Runnable first) {
        afterMove = first;
        loop = target;
        if (SCHEDULED.compareAndSet(this, 0, 1)) {
            target.execute(this);
        }
    }

    private void schedule(boolean quietly) {
        if (scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
            try {
                if (quietly) {
                    loop.executeQuietly(this);
                } else {
                    loop.execute(this);
                }
            } catch (RejectedExecutionException e) {
                log.debug("a channel was used after its server was closed", e);
            }
        }
    }

    /** Runs what waits. Called by the loop. */
    @Override
    public void run() {
        Loop here = loop;
        if (!here.inLoop() || running) {
            here.execute(this);
            return;
        }
        running = true;
        try {
            Runnable first = afterMove;
            if (first != null) {
                afterMove = null;
                runGuarded(first);
            }
            Task task;
            for (int i = 0; i < MAX_RUN && loop == here && (task = poll()) != null; i++) {
                runGuarded(task.action);
            }
        } finally {
            running = false;
            scheduled = 0;
            if (hasTasks() || afterMove != null) {
                schedule(false);
            }
        }
    }

    private @Nullable Task poll() {
        Task next = oldest;
        if (next == null) {
            next = reversed(NEWEST.getAndSet(this, null));
        }
        if (next != null) {
            oldest = next.next;
        }
        return next;
    }

    private static @Nullable Task reversed(@Nullable Task from) {
        Task first = null;
        Task rest = from;
        while (rest != null) {
            Task after = rest.next;
            rest.next = first;
            first = rest;
            rest = after;
        }
        return first;
    }

    private static void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // the tasks behind it must run all the same
            log.error("a task of a channel failed", e);
        }
    }
}
