// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Something that is wrong with a proxy: it can be switched off and on again, and counts how often it struck. A fault is on
 * from the call that makes it. Thread-safe.
 */
public final class Fault {

    private static final Duration DEADLINE = Duration.ofSeconds(15);

    private final String name;
    private final Runnable changed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition struck = lock.newCondition();
    private int left;
    private int strikes;
    private boolean on = true;

    /** Makes a fault that strikes at most so often, and calls {@code changed} when it was switched. */
    Fault(String name, int times, Runnable changed) {
        this.name = name;
        this.left = times;
        this.changed = changed;
    }

    /** Mends what is wrong. What it held back goes on at once; what it lost stays lost. */
    public Fault off() {
        return switchTo(false);
    }

    /** Makes it wrong again. */
    public Fault on() {
        return switchTo(true);
    }

    private Fault switchTo(boolean nowOn) {
        lock.lock();
        try {
            on = nowOn;
        } finally {
            lock.unlock();
        }
        changed.run();
        return this;
    }

    /** Whether it is on, and has strikes left. */
    public boolean isOn() {
        lock.lock();
        try {
            return on && left > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is on, with strikes left or not: what it has struck it holds. */
    boolean isSwitchedOn() {
        lock.lock();
        try {
            return on;
        } finally {
            lock.unlock();
        }
    }

    /** How often it struck. What that is, the method that made the fault says. */
    public int strikes() {
        lock.lock();
        try {
            return strikes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until it has struck so often.
     *
     * @throws AssertionError when it has not within 15 s
     */
    public Fault awaitStrikes(int count) {
        long nanos = DEADLINE.toNanos();
        lock.lock();
        try {
            while (strikes < count) {
                if (nanos <= 0) {
                    throw new AssertionError(this + " (expected: " + count + " strikes within " + DEADLINE + ")");
                }
                nanos = struck.awaitNanos(nanos);
            }
            return this;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + this, e);
        } finally {
            lock.unlock();
        }
    }

    /** Counts a strike, where it is on and has one left. */
    boolean strike() {
        lock.lock();
        try {
            if (!on || left <= 0) {
                return false;
            }
            left--;
            strikes++;
            struck.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return name + (isOn() ? " on, " : " off, ") + strikes() + " strikes";
    }
}
