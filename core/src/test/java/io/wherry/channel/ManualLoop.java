// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.netty.buffer.ByteBufAllocator;
import io.wherry.spi.Loop;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop whose tasks run when the test says so, with a clock that the test moves. Single-threaded. */
final class ManualLoop implements Loop {

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Due> timers = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
    private long now;
    private boolean inLoop;
    private boolean isWakeDue;
    private int wakeUps;

    private record Due(long atNanos, Runnable task) {}

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void executeQuietly(Runnable task) {
        tasks.add(task);
        isWakeDue = true;
    }

    @Override
    public void wake() {
        if (isWakeDue) {
            isWakeDue = false;
            wakeUps++;
        }
    }

    /** How often it was woken for what it was given quietly. */
    int wakeUps() {
        return wakeUps;
    }

    /** Runs the oldest task; returns whether there was one. */
    boolean runOne() {
        Runnable task = tasks.poll();
        if (task != null) {
            inLoop(task);
        }
        return task != null;
    }

    void runAll() {
        while (runOne()) {
            // until nothing is left
        }
    }

    /** Does something as if on this loop. */
    void inLoop(Runnable action) {
        boolean before = inLoop;
        inLoop = true;
        try {
            action.run();
        } finally {
            inLoop = before;
        }
    }

    void advance(long nanos) {
        now += nanos;
        while (!timers.isEmpty() && timers.peek().atNanos <= now) {
            inLoop(timers.poll().task);
            runAll();
        }
    }

    @Override
    public boolean inLoop() {
        return inLoop;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        Due due = new Due(now + delayNanos, task);
        timers.add(due);
        return () -> timers.remove(due);
    }

    @Override
    public ByteBufAllocator alloc() {
        return ByteBufAllocator.DEFAULT;
    }
}
