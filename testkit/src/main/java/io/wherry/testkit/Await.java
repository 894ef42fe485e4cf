// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.wherry.WherryException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waiting with a deadline, after which the test fails. */
public final class Await {

    private static final Duration DEADLINE = Duration.ofSeconds(15);

    private Await() {}

    /** The value of a stage, null for one without. */
    @SuppressWarnings("NullAway") // a stage of Void has null
    public static <T extends @Nullable Object> T value(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("not completed within " + DEADLINE, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The failure of a stage. */
    public static WherryException failure(CompletionStage<?> stage) {
        try {
            Object value = stage.toCompletableFuture().get(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
            throw new AssertionError("completed with " + value + " (expected: a failure)");
        } catch (ExecutionException e) {
            return WherryException.from(e);
        } catch (TimeoutException e) {
            throw new AssertionError("not failed within " + DEADLINE, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Waits until a latch is open. */
    public static void open(CountDownLatch latch) {
        try {
            if (!latch.await(DEADLINE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError(latch.getCount() + " still to come after " + DEADLINE);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The next element of a queue. */
    public static <T> T next(BlockingQueue<T> queue) {
        try {
            @Nullable T next = queue.poll(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
            if (next == null) {
                throw new AssertionError("nothing came within " + DEADLINE);
            }
            return next;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted, perhaps by the test's own deadline", e);
    }
}
