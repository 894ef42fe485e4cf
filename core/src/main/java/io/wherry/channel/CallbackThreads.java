// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.spi.Environment;
import io.wherry.spi.Loop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which the application's handlers run, so that they may block: virtual ones where the JVM has them, else
 * a pool that grows as needed and whose threads end after a minute without work. Thread-safe.
 *
 * <p>What comes together costs a call or two, not one for each task. A thread that is awake takes task after task. Before it
 * runs one, it sees to it that another thread is on its way wherever something else waits, so that a task which blocks holds up
 * no other; while one is on its way, none need be called. A loop calls at the end of its turn, for all that it has handed over.
 *
 * <p>Loops are woken in the same way: what tasks give to them quietly, they learn of from the thread that finds nothing more to
 * do, or, where a task goes on to what may block, from the thread that is on its way.
 *
 * <p>An executor that an {@link Environment} gives is handed each task by itself, as a test decides about each when it runs.
 */
final class CallbackThreads implements Executor {

    private static final Logger log = LoggerFactory.getLogger(CallbackThreads.class);

    /** How many tasks of a turn of a loop wait for its end at most. */
    private static final int MAX_PUT_OFF = 64;

    private final Executor threads;
    /** Those that end with their server or client; null where others were given. */
    private final @Nullable ExecutorService own;

    private final boolean gathers;
    private final List<Turn> turns;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    /** Whether a thread is on its way that has not looked yet at what waits. */
    private final AtomicBoolean isCalled = new AtomicBoolean();
    /** Whether a loop may have to be woken. */
    private volatile boolean isWakeDue;

    private final Runnable work = this::work;
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    private CallbackThreads(Executor threads, @Nullable ExecutorService own, boolean gathers, List<Loop> loops) {
        this.threads = threads;
        this.own = own;
        this.gathers = gathers;
        this.turns = loops.stream().map(Turn::new).toList();
    }

    /**
     * Starts threads, or takes what is given in their place.
     *
     * @param loops those to which the tasks may give something quietly
     */
    static CallbackThreads of(@Nullable Environment given, List<Loop> loops) {
        if (given != null) {
            return new CallbackThreads(given.callbacks(), null, false, loops);
        }
        ExecutorService started = start();
        return new CallbackThreads(started, started, true, loops);
    }

    /** Takes threads that are called for what comes together. */
    static CallbackThreads over(Executor threads, List<Loop> loops) {
        return new CallbackThreads(threads, null, true, loops);
    }

    private static ExecutorService start() {
        try {
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invoke();
        } catch (NoSuchMethodException e) {
            log.debug("no virtual threads on this JVM, handlers run on a pool");
        } catch (Throwable e) {
            log.warn("virtual threads cannot be started, handlers run on a pool", e);
        }
        AtomicInteger count = new AtomicInteger();
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "wherry-callback-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs a task; drops it when the threads have been ended. */
    @Override
    public void execute(Runnable task) {
        if (!gathers) {
            callFor(task);
            return;
        }
        waiting.add(task);
        if (!isCalled.get() && !callAfterTurn() && !call() && waiting.remove(task)) {
            log.debug("a callback was dropped: the server or client has been closed");
        }
    }

    private void callFor(Runnable task) {
        try {
            threads.execute(() -> {
                run(task);
                wakeLoops();
            });
        } catch (RejectedExecutionException e) {
            log.debug("a callback was dropped: its executor takes no more", e);
        }
    }

    /** Has a thread come at the end of the turn of the loop that this is called on; returns whether it is one. */
    private boolean callAfterTurn() {
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i).loop.inLoop()) {
                return turns.get(i).putOff();
            }
        }
        return false;
    }

    /** Has a thread come now for what was put off to the end of a loop's turn, which does something first that takes time. On the loop. */
    void callNow(Loop loop) {
        for (int i = 0; i < turns.size(); i++) {
            if (turns.get(i).loop == loop) {
                turns.get(i).callIfDue();
            }
        }
    }

    /** Has a thread come, unless one is on its way; returns whether one comes. */
    private boolean call() {
        if (isCalled.get() || !isCalled.compareAndSet(false, true)) {
            return true;
        }
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            isCalled.set(false);
            return false;
        } catch (Throwable e) { // no memory for a thread: one that is done takes what waits, or the next that can be
            // called
            isCalled.set(false);
            log.error("no thread could be called for callbacks", e);
            return true;
        }
    }

    /** What a thread does that was called: all that waits. */
    private void work() {
        Thread thread = Thread.currentThread();
        running.add(thread);
        try {
            isCalled.set(false);
            // What was added before that, or given to a loop, may rely on this thread.
            wakeLoops();
            for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
                if (isWakeDue || !waiting.isEmpty()) {
                    call();
                }
                run(task);
            }
        } finally {
            wakeLoops();
            running.remove(thread);
        }
    }

    /** A task of these threads goes on to what may block: what it has given to loops must not wait for that. */
    void goOn() {
        if (!gathers) {
            wakeLoops();
        } else if (isWakeDue) {
            call();
        }
    }

    /** A task of these threads has given something to a loop quietly, which is to be woken. */
    void wakeLater() {
        isWakeDue = true;
    }

    private void wakeLoops() {
        if (isWakeDue) {
            isWakeDue = false;
            for (int i = 0; i < turns.size(); i++) {
                try {
                    turns.get(i).loop.wake();
                } catch (RejectedExecutionException e) {
                    log.debug("a loop was not woken: its server or client has been closed", e);
                }
            }
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // those behind it must run all the same
            log.warn("a callback failed", e);
        }
        Thread.interrupted(); // It was meant for that task.
    }

    /** Takes no more tasks; those that were taken are run. */
    void close() {
        if (own != null) {
            // Each on a thread of its own: nobody can be called from now on.
            for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
                Runnable taken = task;
                own.execute(() -> {
                    run(taken);
                    wakeLoops();
                });
            }
            own.shutdown();
        }
    }

    /** Waits for the tasks that were taken, but not when called by one of them. */
    void awaitEnd(long nanos) {
        if (own == null || running.contains(Thread.currentThread())) {
            return;
        }
        try {
            if (!own.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
                log.warn("a handler still runs after its server or client was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What one loop hands over in a turn. Confined to the loop. */
    private final class Turn implements Runnable {

        private final Loop loop;
        private boolean isPlanned;
        private int putOff;

        Turn(Loop loop) {
            this.loop = loop;
        }

        /** Puts a call off; returns whether it may be. */
        boolean putOff() {
            if (!isPlanned) {
                try {
                    loop.execute(this);
                } catch (RejectedExecutionException e) {
                    return false;
                }
                isPlanned = true;
            }
            putOff++;
            if (putOff == MAX_PUT_OFF) {
                putOff = 0;
                return false;
            }
            return true;
        }

        /** The turn ends. */
        @Override
        public void run() {
            isPlanned = false;
            callIfDue();
        }

        void callIfDue() {
            if (putOff > 0) {
                putOff = 0;
                if (!waiting.isEmpty()) {
                    call();
                }
            }
        }
    }
}
