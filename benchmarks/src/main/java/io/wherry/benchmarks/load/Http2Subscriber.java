// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/** A connection of HTTP/2 whose streams only listen. Confined to the swarm's thread. */
final class Http2Subscriber implements Receiver, Http2Frames.Taker {

    private static final byte OK = (byte) 0x88; // A field of the static table (RFC 7541, appendix A).

    private final Swarm swarm;
    private final Http2Frames frames = new Http2Frames();
    private final Marks[] marks;
    private final boolean isTimed;
    private long now;
    private long found;

    /**
     * Finds payloads of a length.
     *
     * @param streams how many it has
     * @param isTimed whether it counts how late they come
     */
    Http2Subscriber(Swarm swarm, int streams, int length, boolean isTimed) {
        this.swarm = swarm;
        this.marks = Stream.generate(() -> new Marks(length)).limit(streams).toArray(Marks[]::new);
        this.isTimed = isTimed;
    }

    @Override
    public void read(ByteBuffer in, Wire wire) throws IOException {
        now = System.nanoTime();
        found = 0;
        frames.take(in, this);
        frames.replies(wire);
        swarm.count(isTimed ? 0 : found);
    }

    @Override
    public void head(int stream, byte[] block, int length, boolean isLast) {
        if (block[0] != OK || isLast) {
            throw new IllegalStateException("stream " + stream + ": answered by " + block[0] + " (expected: 200)");
        }
    }

    @Override
    public void data(int stream, ByteBuffer in, boolean isLast) {
        marks[stream / 2].take(in, this::late);
    }

    private void late(long due) {
        found++;
        if (isTimed) {
            swarm.count(due, now);
        }
    }

    @Override
    public int subscribers() {
        return marks.length;
    }

    @Override
    public long received() {
        long sum = 0;
        for (Marks each : marks) {
            if (each.count() != marks[0].count()) {
                throw new IllegalStateException("streams of one connection have received " + each.count() + " and "
                        + marks[0].count() + " messages");
            }
            sum += each.count();
        }
        return sum;
    }
}
