// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which the application's handlers run, so that they may block: virtual ones where the JVM has them, else
 * a pool that grows as needed and whose threads end after a minute without work. Thread-safe.
 */
final class CallbackThreads implements Executor {

    private static final Logger log = LoggerFactory.getLogger(CallbackThreads.class);

    private final ExecutorService threads;
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    CallbackThreads(String name) {
        this.threads = start(name);
    }

    private static ExecutorService start(String name) {
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
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
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
        threads.shutdown();
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
        if (running.contains(Thread.currentThread())) {
            return;
        }
        try {
            if (!threads.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
                log.warn("a handler still runs after its server or client was closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
