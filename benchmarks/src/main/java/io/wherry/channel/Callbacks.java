// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import java.util.List;
import java.util.concurrent.Executor;

/** Gives benchmarks what the channel layer keeps to itself: how handlers are called for a channel. */
public final class Callbacks implements AutoCloseable {

    private static final int HIGH_BYTES = 1 << 20;

    private final CallbackThreads threads = CallbackThreads.of(null, List.of());
    private final Dispatcher dispatcher;

    /**
     * Makes the callbacks of one channel.
     *
     * @param onLoop whether they run at once, where they are handed in, and not on threads of their own
     */
    public Callbacks(boolean onLoop) {
        Executor executor = onLoop ? Runnable::run : threads;
        dispatcher = new Dispatcher(executor, HIGH_BYTES, () -> {});
    }

    /** Hands a handler's call in. */
    public void dispatch(Runnable handler) {
        dispatcher.dispatch(1, handler::run);
    }

    @Override
    public void close() {
        threads.close();
    }
}
