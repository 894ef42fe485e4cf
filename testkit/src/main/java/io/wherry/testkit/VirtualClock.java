// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A clock that a test moves, and the loops that live by it. Confined to the test's thread, which runs all of their tasks.
 *
 * <p>With a seed the loops take turns at random, one task at a time, so that one test meets many interleavings; the same
 * seed gives the same one.
 */
public final class VirtualClock {

    private static final int MAX_TASKS = 10_000_000;

    private final List<FakeLoop> loops = new ArrayList<>();
    private final @Nullable Random random;
    private final String description;
    private @Nullable FakeLoop running;
    private long nanos;

    /** Makes a clock whose loops take turns one after the other. */
    public VirtualClock() {
        this.random = null;
        this.description = "VirtualClock";
    }

    /** Makes a clock whose loops take turns at random. */
    public VirtualClock(long seed) {
        this.random = new Random(seed);
        this.description = "VirtualClock[seed " + seed + "]";
    }

    /** Makes a loop that lives by this clock. */
    public FakeLoop loop(String name) {
        return loop(name, UnpooledByteBufAllocator.DEFAULT);
    }

    /** Makes a loop that lives by this clock, with buffers of the test's. */
    public FakeLoop loop(String name, ByteBufAllocator alloc) {
        FakeLoop loop = new FakeLoop(this, name, alloc);
        loops.add(loop);
        return loop;
    }

    void forget(FakeLoop loop) {
        loops.remove(loop);
    }

    /** The time, in nanoseconds from 0. */
    public long nanoTime() {
        return nanos;
    }

    /**
     * Runs tasks and due timers of all loops until there is none. What a task throws comes out here.
     *
     * @throws AssertionError when there is no end
     */
    public void run() {
        for (int count = 0; count < MAX_TASKS; count++) {
            @Nullable FakeLoop loop = nextReady(count);
            if (loop == null) {
                return;
            }
            loop.runNext();
        }
        throw new AssertionError(this + ": " + MAX_TASKS + " tasks at one time, and no end");
    }

    /** Moves the time on, from timer to timer, and runs what is due on the way. */
    public void advance(Duration duration) {
        long end = nanos + duration.toNanos();
        run();
        for (long due = nextDue(); due <= end; due = nextDue()) {
            nanos = Math.max(nanos, due);
            run();
        }
        nanos = end;
    }

    private @Nullable FakeLoop nextReady(int turn) {
        int size = loops.size();
        int first = size == 0 ? 0 : random == null ? turn % size : random.nextInt(size);
        for (int i = 0; i < size; i++) {
            FakeLoop loop = loops.get((first + i) % size);
            if (loop.isReady()) {
                return loop;
            }
        }
        return null;
    }

    private long nextDue() {
        long due = Long.MAX_VALUE;
        for (int i = 0; i < loops.size(); i++) {
            due = Math.min(due, loops.get(i).nextDue());
        }
        return due;
    }

    @Nullable FakeLoop running() {
        return running;
    }

    void runAs(FakeLoop loop, Runnable task) {
        @Nullable FakeLoop before = running;
        running = loop;
        try {
            task.run();
        } finally {
            running = before;
        }
    }

    /** The seed, where there is one: for the message of a test that fails. */
    @Override
    public String toString() {
        return description;
    }
}
