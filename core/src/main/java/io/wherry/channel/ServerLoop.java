// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.wherry.log.Entry;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Connection;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop of a server with its readers: it reads the log in order and gives each group what it reads. Confined to
 * its loop, but for {@link #wake()}.
 */
final class ServerLoop {

    private static final int MAX_RUN_ENTRIES = 256;
    private static final int MAX_RUN_BYTES = 64 * 1024;

    private final Loop loop;
    private final Log log;
    private final AtomicBoolean wakeScheduled = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private final Runnable flushAll = this::flushAll;
    private final ByteBuf scratch = Unpooled.buffer(1024);
    private final Map<GroupKey, ReaderGroup> groups = new HashMap<>();
    private final IdentityHashMap<TopicHistory, List<ReaderGroup>> groupsByTopic = new IdentityHashMap<>();
    private final List<ReaderGroup> touched = new ArrayList<>();
    private final Sweep sweep;
    private final Consumer<Loop> beforeLong;
    private long writeNanos;
    private List<Connection> unflushed = new ArrayList<>();
    private List<Connection> flushing = new ArrayList<>();
    /** Whether some group reads a topic: only then does publishing wake this loop. */
    private volatile boolean reading;
    /** Up to where this loop has read; null while no group reads a topic. */
    private Log.@Nullable Link cursor;

    /** What makes readers equal. */
    private record GroupKey(Framing framing, TopicSet topics) {}

    /**
     * Makes the readers of a loop.
     *
     * @param visitEveryNanos how often each channel and reader is visited by the sweep
     * @param beforeLong called before what may take long: writing to many
     */
    ServerLoop(Loop loop, Log log, long visitEveryNanos, Consumer<Loop> beforeLong) {
        this.loop = loop;
        this.log = log;
        this.beforeLong = beforeLong;
        this.sweep = new Sweep(loop, visitEveryNanos);
    }

    Loop loop() {
        return loop;
    }

    Log log() {
        return log;
    }

    ByteBufAllocator alloc() {
        return loop.alloc();
    }

    Sweep sweep() {
        return sweep;
    }

    /** The sequence number up to which this loop has read: no channel of this loop was shown anything after it. */
    long cursorSequence() {
        Log.Link at = cursor;
        return at == null ? log.last().sequence() : at.sequence();
    }

    /** Makes the loop read on, once for however many calls. Any thread. */
    void wake() {
        if (reading && wakeScheduled.compareAndSet(false, true)) {
            loop.execute(turn);
        }
    }

    private void turn() {
        wakeScheduled.set(false);
        beforeLong.accept(loop);
        if (readRun()) {
            wake();
        }
    }

    /** Reads on to the end of the log: where a subscription begins that begins now. The loop reads from then on. */
    long readToHead() {
        readOn();
        return startReading();
    }

    /**
     * Reads on to what is the end of the log now, and serves the groups: at once, not with the next turn. Not while a group is
     * being served.
     */
    void readOn() {
        if (cursor == null) {
            return;
        }
        long end = log.last().sequence();
        while (cursorSequence() < end && readRun()) {
            // on to the next run
        }
    }

    /** Reads some entries and serves the groups; returns whether there are more. */
    private boolean readRun() {
        Log.Link at = cursor;
        if (at == null) {
            return false;
        }
        long before = at.sequence();
        int bytes = 0;
        Log.Link next = at.next();
        for (int i = 0; next != null && i < MAX_RUN_ENTRIES && bytes < MAX_RUN_BYTES; i++) {
            at = next;
            Entry entry = at.entry();
            bytes += entry.envelope().message().size();
            List<ReaderGroup> readers = groupsByTopic.get(entry.history());
            if (readers != null) {
                for (ReaderGroup group : readers) {
                    if (group.add(entry)) {
                        touched.add(group);
                    }
                }
            }
            next = at.next();
        }
        cursor = at;
        for (ReaderGroup group : touched) {
            group.deliver(this, before);
            removeIfEmpty(group);
        }
        touched.clear();
        return next != null;
    }

    /** Encodes entries into one new buffer, which the caller releases. */
    ByteBuf encode(List<Entry> entries, Framing framing) {
        if (entries.size() == 1) {
            byte[] encoded = entries.get(0).encoded(framing, scratch);
            return loop.alloc().directBuffer(Math.max(1, encoded.length)).writeBytes(encoded);
        }
        int size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encoded(framing, scratch).length;
        }
        ByteBuf joined = loop.alloc().directBuffer(Math.max(1, size));
        for (int i = 0; i < entries.size(); i++) {
            joined.writeBytes(entries.get(i).encoded(framing, scratch));
        }
        return joined;
    }

    /** The bytes of an entry in a framing, shared. */
    byte[] encoded(Entry entry, Framing framing) {
        return entry.encoded(framing, scratch);
    }

    /** The group of a framing and some topics; made when it is not there. */
    ReaderGroup group(Framing framing, TopicSet topics) {
        GroupKey key = new GroupKey(framing, topics);
        ReaderGroup group = groups.get(key);
        if (group == null) {
            group = new ReaderGroup(framing, topics);
            groups.put(key, group);
            for (TopicHistory topic : topics.topics()) {
                groupsByTopic.computeIfAbsent(topic, any -> new ArrayList<>(1)).add(group);
            }
            if (!groupsByTopic.isEmpty() && cursor == null) {
                throw new AssertionError("a group joined before its loop was reading");
            }
        }
        return group;
    }

    /**
     * Begins to read, where this loop does not yet.
     *
     * @return what {@link #cursorSequence()} says from now on, until the loop reads on: where a group may join
     */
    long startReading() {
        if (cursor == null) {
            reading = true;
            cursor = log.last();
        }
        return cursorSequence();
    }

    /** Forgets a group without members, unless it is being given something. */
    void removeIfEmpty(ReaderGroup group) {
        if (!group.isEmpty()) {
            return;
        }
        if (groups.remove(new GroupKey(group.framing(), group.topics()), group)) {
            for (TopicHistory topic : group.topics().topics()) {
                List<ReaderGroup> readers = groupsByTopic.get(topic);
                if (readers != null && readers.remove(group) && readers.isEmpty()) {
                    groupsByTopic.remove(topic);
                }
            }
        }
        if (groupsByTopic.isEmpty()) {
            reading = false;
            cursor = null;
        }
    }

    /** The time of the first write of this turn, or now: near enough for heartbeats. */
    long writeNanos() {
        if (unflushed.isEmpty()) {
            writeNanos = loop.nanoTime();
        }
        return writeNanos;
    }

    /** Flushes a connection at the end of this turn, once for however many calls. */
    void flushLater(Connection connection) {
        if (unflushed.isEmpty()) {
            writeNanos = loop.nanoTime();
            loop.execute(flushAll);
        }
        if (unflushed.isEmpty() || unflushed.get(unflushed.size() - 1) != connection) {
            unflushed.add(connection);
        }
    }

    private void flushAll() {
        beforeLong.accept(loop);
        List<Connection> batch = unflushed;
        unflushed = flushing;
        flushing = batch;
        for (Connection connection : batch) {
            connection.flush();
        }
        batch.clear();
    }
}
