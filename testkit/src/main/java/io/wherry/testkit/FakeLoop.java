// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.netty.buffer.ByteBufAllocator;
import io.wherry.spi.Loop;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A loop without a thread: a test runs its tasks and moves its time by a {@link VirtualClock}. {@code execute} may be
 * called from any thread; everything else is confined to the test's.
 */
public final class FakeLoop implements Loop {

    private final VirtualClock clock;
    private final String name;
    private final ByteBufAllocator alloc;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<FakeTimer> timers =
            new PriorityQueue<>(Comparator.comparingLong(FakeTimer::due).thenComparingLong(FakeTimer::order));
    private long scheduled;
    private volatile boolean ended;

    FakeLoop(VirtualClock clock, String name, ByteBufAllocator alloc) {
        this.clock = clock;
        this.name = name;
        this.alloc = alloc;
    }

    /** The clock, which all tasks are run by. */
    public VirtualClock clock() {
        return clock;
    }

    /** Does something now, as if on this loop. */
    public void act(Runnable action) {
        clock.runAs(this, action);
    }

    /** Ends this loop after what it was given: it takes nothing more. */
    public void end() {
        ended = true;
    }

    /** Ends this loop at once: what it was given and its timers are dropped, as when its process dies. */
    public void kill() {
        ended = true;
        tasks.clear();
        timers.clear();
        clock.forget(this);
    }

    /** How many timers are set. */
    public int timers() {
        return timers.size();
    }

    @Override
    public void execute(Runnable task) {
        if (ended) {
            throw new RejectedExecutionException(this + " has ended");
        }
        tasks.add(task);
    }

    @Override
    public boolean inLoop() {
        return clock.running() == this;
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        FakeTimer timer = new FakeTimer(clock.nanoTime() + Math.max(0, delayNanos), scheduled++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public ByteBufAllocator alloc() {
        return alloc;
    }

    boolean isReady() {
        return !tasks.isEmpty() || nextDue() <= clock.nanoTime();
    }

    long nextDue() {
        @Nullable FakeTimer first = timers.peek();
        return first == null ? Long.MAX_VALUE : first.due();
    }

    /** Runs a due timer, or else the next task. */
    void runNext() {
        @Nullable Runnable task = nextDue() <= clock.nanoTime() ? timers.remove().task() : tasks.poll();
        if (task != null) {
            act(task);
        }
    }

    @Override
    public String toString() {
        return "FakeLoop[" + name + "]";
    }

    private record FakeTimer(long due, long order, Runnable task) {}
}
