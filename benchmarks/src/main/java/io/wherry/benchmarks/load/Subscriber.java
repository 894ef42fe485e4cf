// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection that only listens, and counts what comes. Confined to the swarm's thread. */
final class Subscriber implements Swarm.Peer {

    private final Swarm swarm;
    private final Marks marks;
    private final boolean isTimed;
    private long now;

    /**
     * Counts payloads of a length.
     *
     * @param isTimed whether their delays count
     */
    Subscriber(Swarm swarm, int length, boolean isTimed) {
        this.swarm = swarm;
        this.marks = new Marks(length);
        this.isTimed = isTimed;
    }

    @Override
    public void read(ByteBuffer in, SocketChannel socket) {
        if (isTimed) {
            now = System.nanoTime();
            marks.take(in, this::late);
        } else {
            long before = marks.count();
            marks.take(in, due -> {});
            swarm.count(marks.count() - before);
        }
    }

    private void late(long due) {
        swarm.count(due, now);
    }

    /** What has come. */
    Marks marks() {
        return marks;
    }
}
