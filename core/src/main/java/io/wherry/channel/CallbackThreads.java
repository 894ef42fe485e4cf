// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.spi.Environment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which the application's handlers run, so that they may block: virtual ones where the JVM has them, else
 * a pool that grows as needed and whose threads end after a minute without work. Thread-safe.
 */
final class CallbackThreads implements Executor {

    private static final Logger log = LoggerFactory.getLogger(CallbackThreads.class);

    private final Executor threads;
    /** Those that end with their server or client; null where others were given. */
    private final @Nullable ExecutorService own;

    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    private CallbackThreads(Executor threads, @Nullable ExecutorService own) {
        this.threads = threads;
        this.own = own;
    }

    /** Starts threads, or takes what is given in their place. */
    static CallbackThreads of(@Nullable Environment given) {
        if (given != null) {
            return new CallbackThreads(given.callbacks(), null);
        }
        ExecutorService started = start();
        return new CallbackThreads(started, started);
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
        try {
            threads.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            log.debug("a callback was dropped: the server or client has been closed", e);
        }
    }

    /** Takes no more tasks; those that were taken are run. */
    void close() {
        if (own != null) {
            own.shutdown();
        }
    }

    private void run(Runnable task) {
        Thread thread = Thread.currentThread();
        running.add(thread);
        try {
            task.run();
        } finally {
            running.remove(thread);
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
}
