// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * How many bytes one side has under way on a channel: counted when a message is handed in, until it is acknowledged.
 * Thread-safe.
 */
final class ByteBudget {

    private static final AtomicIntegerFieldUpdater<ByteBudget> USED =
            AtomicIntegerFieldUpdater.newUpdater(ByteBudget.class, "used");

    private final int max;
    private final int high;
    private volatile int used;
    private volatile boolean wasHigh;

    /**
     * Makes a budget of which nothing is used.
     *
     * @param max over which nothing more is taken, but for a single message
     * @param high from which on senders should wait
     */
    ByteBudget(int max, int high) {
        this.max = max;
        this.high = high;
    }

    int max() {
        return max;
    }

    /** Takes bytes, where there is room for them; any number while nothing is used. */
    boolean reserve(int size) {
        int before = USED.getAndAdd(this, size);
        if (before > 0 && before + (long) size > max) {
            wasHigh = true;
            USED.addAndGet(this, -size);
            return false;
        }
        noteHigh(before + size);
        return true;
    }

    /** Takes bytes, whether there is room or not. */
    void add(int size) {
        noteHigh(USED.addAndGet(this, size));
    }

    private void noteHigh(int now) {
        if (now >= high) {
            wasHigh = true;
        }
    }

    void release(int size) {
        USED.addAndGet(this, -size);
    }

    /** Whether more is used than there should be. */
    boolean isOver() {
        return used > max;
    }

    /** How many bytes there is room for. */
    int room() {
        return Math.max(0, max - used);
    }

    boolean isHigh() {
        return used >= high;
    }

    /** Whether senders that had to wait can go on; tells it once. */
    boolean takeRelief() {
        if (wasHigh && used <= high / 2) {
            wasHigh = false;
            noteHigh(used);
            return true;
        }
        return false;
    }
}
