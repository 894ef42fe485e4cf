// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The callbacks of one channel: run in order, never two at a time, on the threads given. Thread-safe; its lock guards the
 * queue alone and is not held while a callback runs.
 *
 * <p>It counts the bytes of the messages that wait, and of the requests that have no answer yet, so that a channel whose
 * handlers are slow is not read any further.
 */
final class Dispatcher implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    /** What a callback that waits counts beside its message. */
    static final int CALLBACK_WEIGHT = 256;

    /** How many times the high mark may wait at most: one batch can hold more than there is room for. */
    private static final int FULL = 4;

    private final Executor executor;
    private final int highBytes;
    private final Runnable drained;
    /** The next callback; null while there is none, or all wait in the queue. */
    private @Nullable Action first;
    /** Those after it; null while there are none. */
    private @Nullable ArrayDeque<Action> queue;

    private boolean running;
    private long waitingBytes;
    private boolean overHigh;

    /** The application's code. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    /** A piece of it for which some bytes wait. */
    private record Counted(int bytes, Action action) implements Action {

        @Override
        public void run() throws Exception {
            action.run();
        }
    }

    /**
     * Makes a dispatcher.
     *
     * @param highBytes from how many waiting bytes on {@link #isOverHigh()} holds
     * @param drained called when fewer than half of those wait again; on any thread, without a lock
     */
    Dispatcher(Executor executor, int highBytes, Runnable drained) {
        this.executor = executor;
        this.highBytes = highBytes;
        this.drained = drained;
    }

    /** Runs code after all that was handed in before; what it throws is logged. */
    void dispatch(int bytes, Action action) {
        add(bytes, bytes == 0 ? action : new Counted(bytes, action));
    }

    /** The same, for bytes that are counted beyond the run of the code, until they are released. */
    void dispatchHolding(int bytes, Action action) {
        add(bytes, action);
    }

    private void add(int bytes, Action action) {
        synchronized (this) {
            if (first == null && queue == null) {
                first = action;
            } else {
                if (queue == null) {
                    queue = new ArrayDeque<>();
                }
                queue.add(action);
            }
            count(bytes);
            if (running) {
                return;
            }
            running = true;
        }
        executor.execute(this);
    }

    /** Counts bytes as waiting until they are released, beyond the run of a callback. */
    synchronized void hold(int bytes) {
        count(bytes);
    }

    private void count(int bytes) {
        waitingBytes += bytes;
        if (waitingBytes > highBytes) {
            overHigh = true;
        }
    }

    /** Whether so much waits that no more should be taken in. */
    synchronized boolean isOverHigh() {
        return overHigh;
    }

    /** Whether so much waits that what has come must be refused. */
    synchronized boolean isFull() {
        return waitingBytes > (long) FULL * highBytes;
    }

    /** Runs what waits. Called by the executor. */
    @Override
    public void run() {
        Action action;
        for (boolean isFirst = true; (action = next()) != null; isFirst = false) {
            if (!isFirst && executor instanceof CallbackThreads threads) {
                threads.goOn();
            }
            try {
                action.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                log.warn("a handler was interrupted", e);
            } catch (Throwable e) { // a handler's error must not keep the next from being called
                log.warn("a handler failed", e);
            }
            if (action instanceof Counted counted) {
                release(counted.bytes);
            }
        }
    }

    private synchronized @Nullable Action next() {
        Action next = first;
        if (next != null) {
            first = null;
            return next;
        }
        next = queue == null ? null : queue.poll();
        if (next == null) {
            running = false;
            queue = null;
        }
        return next;
    }

    /** Counts bytes no more. Any thread. */
    void release(int bytes) {
        synchronized (this) {
            waitingBytes -= bytes;
            if (!overHigh || waitingBytes > highBytes / 2) {
                return;
            }
            overHigh = false;
        }
        drained.run();
    }
}
