// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.netty.buffer.ByteBuf;
import io.wherry.log.Entry;
import io.wherry.spi.Connection;
import io.wherry.spi.Framing;
import java.util.ArrayList;
import java.util.List;

/**
 * The readers of one loop that read the same topics in the same framing and have read all that the loop has: they are
 * given the same bytes. Confined to the loop.
 */
final class ReaderGroup {

    private final Framing framing;
    private final TopicSet topics;
    private final List<Reader> members = new ArrayList<>();
    private final List<Entry> run = new ArrayList<>();
    private long lastDeliveryNanos;

    ReaderGroup(Framing framing, TopicSet topics) {
        this.framing = framing;
        this.topics = topics;
    }

    Framing framing() {
        return framing;
    }

    TopicSet topics() {
        return topics;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    long lastDeliveryNanos() {
        return lastDeliveryNanos;
    }

    /** Adds a member; returns its place. */
    int join(Reader reader) {
        members.add(reader);
        return members.size() - 1;
    }

    /** Takes the member at a place out; the last member takes its place. */
    void leave(int index) {
        int lastIndex = members.size() - 1;
        Reader moved = members.remove(lastIndex);
        if (index != lastIndex) {
            members.set(index, moved);
            moved.movedInGroup(index);
        }
    }

    /** Adds an entry to what the members are given next; returns whether it is the first. */
    boolean add(Entry entry) {
        run.add(entry);
        return run.size() == 1;
    }

    /**
     * Gives the members what was added: one buffer for all of them.
     *
     * @param before the sequence number up to which the members had read
     */
    void deliver(ServerLoop home, long before) {
        ByteBuf bytes;
        try {
            bytes = home.encode(run, framing);
        } catch (RuntimeException e) {
            failed(e);
            return;
        } finally {
            run.clear();
        }
        lastDeliveryNanos = home.loop().nanoTime();
        try {
            if (bytes.isReadable()) {
                for (int i = members.size() - 1; i >= 0; i--) {
                    deliver(members.get(i), bytes, before);
                }
            }
        } finally {
            bytes.release();
        }
    }

    /** The framing failed: the members cannot be served by it. */
    private void failed(RuntimeException failure) {
        for (int i = members.size() - 1; i >= 0; i--) {
            members.get(i).failed(failure);
        }
    }

    private static void deliver(Reader reader, ByteBuf bytes, long before) {
        Connection connection = reader.connection();
        try {
            if (connection.isWritable()) {
                connection.write(bytes);
                connection.flush();
            } else {
                reader.fallBehind(before);
            }
        } catch (RuntimeException e) {
            reader.failed(e);
        }
    }
}
