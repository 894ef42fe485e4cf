// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;

/** A connection that only listens, and counts what comes. Confined to the swarm's thread. */
final class Subscriber implements Receiver {

    private final Swarm swarm;
    private final Marks marks;
    private final Count count;
    private long now;

    /** What of payloads that come is counted. */
    enum Count {
        /** That they come, and how late. */
        DELAYS,
        /** That they come. */
        NUMBER,
        /** Nothing. */
        NOTHING
    }

    /** Finds payloads of a length. */
    Subscriber(Swarm swarm, int length, Count count) {
        this.swarm = swarm;
        this.marks = new Marks(length);
        this.count = count;
    }

    @Override
    public void read(ByteBuffer in, Wire wire) {
        if (count == Count.DELAYS) {
            now = System.nanoTime();
            marks.take(in, this::late);
        } else {
            long before = marks.count();
            marks.take(in, due -> {});
            swarm.count(count == Count.NUMBER ? marks.count() - before : 0);
        }
    }

    @Override
    public long received() {
        return marks.count();
    }

    private void late(long due) {
        swarm.count(due, now);
    }

    /** What has come. */
    Marks marks() {
        return marks;
    }
}
