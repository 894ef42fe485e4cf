// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;

/**
 * One thread that runs short tasks in order, with a clock and timers: the place where channels live.
 *
 * <p>Nothing that blocks may run here. {@link #execute} and {@link #schedule} may be called from any thread.
 */
public interface Loop extends Executor {

    /** Runs a task on this loop, after those given before. */
    @Override
    void execute(Runnable task);

    /**
     * Runs a task as {@link #execute} does, but does not wake the loop for it: whoever calls this sees to it that {@link #wake} is
     * called soon after, once for however many tasks. Any thread.
     */
    default void executeQuietly(Runnable task) {
        execute(task);
    }

    /** Wakes the loop where it was given something quietly since the last time. Any thread. */
    default void wake() {}

    /** Whether the caller is this loop's thread. */
    boolean inLoop();

    /** The loop's clock, in nanoseconds from an arbitrary start. */
    long nanoTime();

    /**
     * Runs a task after a delay, on this loop.
     *
     * @param delayNanos nanoseconds; none when not positive
     */
    Timer schedule(Runnable task, long delayNanos);

    /** Where this loop's buffers come from. */
    ByteBufAllocator alloc();

    /** Something that will run once. */
    interface Timer {

        /** Keeps it from running, if it has not. Any thread. */
        void cancel();
    }
}
