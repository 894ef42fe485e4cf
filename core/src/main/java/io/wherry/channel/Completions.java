// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.WherryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Completes the stages that the application waits for, off the event loop, because what depends on a stage runs where it
 * is completed and may block. Confined to one loop; {@link #flush()} hands over what was collected.
 *
 * <p>A stage that something depends on gets a task of its own, so that one that blocks holds up no other.
 */
final class Completions {

    private final Executor executor;
    /** Null while there is none. */
    private @Nullable List<Runnable> collected;

    Completions(Executor executor) {
        this.executor = executor;
    }

    <T> void complete(CompletableFuture<T> stage, T value) {
        add(stage, () -> stage.complete(value));
    }

    void done(CompletableFuture<Void> stage) {
        add(stage, () -> stage.complete(null));
    }

    void fail(CompletableFuture<?> stage, WherryException reason) {
        add(stage, () -> stage.completeExceptionally(reason));
    }

    private void add(CompletableFuture<?> stage, Runnable completion) {
        if (stage.getNumberOfDependents() > 0) {
            executor.execute(completion);
        } else {
            if (collected == null) {
                collected = new ArrayList<>();
            }
            collected.add(completion);
        }
    }

    void flush() {
        List<Runnable> batch = collected;
        if (batch != null) {
            collected = null;
            executor.execute(() -> batch.forEach(Runnable::run));
        }
    }
}
