// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.netty.buffer.ByteBuf;
import io.wherry.WherryException;
import io.wherry.log.Entry;
import io.wherry.spi.Connection;
import io.wherry.spi.Framing;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readers of one loop that read the same topics in the same framing and have read all that the loop has: they are
 * given the same bytes. Confined to the loop.
 */
final class ReaderGroup {

    private static final Logger log = LoggerFactory.getLogger(ReaderGroup.class);

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
        ByteBuf bytes = home.encode(run, framing);
        run.clear();
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
            log.warn("a {} connection failed to write", connection.transport(), e);
            connection.close(WherryException.from(e));
        }
    }
}
