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
final class Dispatcher {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    /** What a callback that waits counts beside its message. */
    static final int CALLBACK_WEIGHT = 256;

    /** How many times the high mark may wait at most: one batch can hold more than there is room for. */
    private static final int FULL = 4;

    private final Executor executor;
    private final int highBytes;
    private final Runnable drained;
    private @Nullable ArrayDeque<Callback> queue;
    private boolean running;
    private long waitingBytes;
    private boolean overHigh;

    /** A piece of the application's code, and how many bytes wait for it. */
    private record Callback(int bytes, Action action) {}

    /** The application's code. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
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
        synchronized (this) {
            if (queue == null) {
                queue = new ArrayDeque<>(4);
            }
            queue.add(new Callback(bytes, action));
            count(bytes);
            if (running) {
                return;
            }
            running = true;
        }
        executor.execute(this::drain);
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

    private void drain() {
        Callback callback;
        while ((callback = next()) != null) {
            try {
                callback.action.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                log.warn("a handler was interrupted", e);
            } catch (Throwable e) { // a handler's error must not keep the next from being called
                log.warn("a handler failed", e);
            }
            release(callback.bytes);
        }
    }

    private synchronized @Nullable Callback next() {
        Callback callback = queue == null ? null : queue.poll();
        if (callback == null) {
            running = false;
            queue = null;
        }
        return callback;
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
