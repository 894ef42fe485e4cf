// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.wherry.Limits;
import io.wherry.Message;
import io.wherry.Start;
import io.wherry.TopicOptions;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Connection;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Gives benchmarks what the channel layer keeps to itself: a log, a loop that runs when it is told to, and readers whose
 * connections count bytes and drop them. Single-threaded.
 */
public final class LogReaders {

    private static final Limits LIMITS =
            Limits.of(Config.of(Map.of("wherry.limits.subscriptions", "10000"), CoreKeys.all()));

    private final TaskLoop loop = new TaskLoop();
    private final Log log = new Log(new Random(1), loop::nanoTime);
    private final ServerLoop home = new ServerLoop(loop, log, Long.MAX_VALUE / 4, any -> {});
    private final List<TopicHistory> topics = new ArrayList<>();
    private final Framing framing;
    private long bytes;

    /**
     * Begins a log.
     *
     * @param topicCount how many topics there are
     * @param maxCount how many messages each keeps
     * @param framing that of all connections
     */
    public LogReaders(int topicCount, int maxCount, Framing framing) {
        this.framing = framing;
        log.addWakeup(home::wake);
        for (int i = 0; i < topicCount; i++) {
            topics.add(log.open("topic-" + i, TopicOptions.defaults().maxCount(maxCount)));
        }
    }

    /** Adds live readers of the first topics. */
    public void add(int readerCount, int topicsEach) {
        for (int i = 0; i < readerCount; i++) {
            Reader reader = new Reader(log, null, 0);
            reader.begin(topics.subList(0, topicsEach), Start.now(), home.readToHead(), LIMITS);
            reader.attach(home, new CountingConnection());
        }
        loop.runAll();
    }

    /** Appends a message to a topic; {@link #turn} serves it. */
    public void append(int topic, Message message) {
        log.append(topics.get(topic), message);
    }

    /** Runs what the loop has to do; returns how many bytes have been written in all. */
    public long turn() {
        loop.runAll();
        return bytes;
    }

    /** Lets a reader of all topics begin before the first message, read until it is live, and end. */
    public long catchUp() {
        Reader reader = new Reader(log, null, 0);
        reader.begin(topics, Start.after(log.position(0)), home.readToHead(), LIMITS);
        reader.attach(home, new CountingConnection());
        loop.runAll();
        while (!reader.isLive()) {
            reader.writable();
            loop.runAll();
        }
        reader.end();
        return bytes;
    }

    /** Takes bytes at any time, counts them, and keeps nothing. */
    private final class CountingConnection implements Connection {

        @Override
        public String transport() {
            return "counting";
        }

        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public Framing framing() {
            return framing;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void write(ByteBuf envelopes) {
            bytes += envelopes.readableBytes();
        }

        @Override
        public void flush() {
            // Nothing was kept.
        }

        @Override
        public void heartbeat() {
            throw new AssertionError("no clock runs here");
        }

        @Override
        public void readable(boolean readable) {
            // Nothing comes in.
        }

        @Override
        public void close(@Nullable WherryException reason) {
            throw new AssertionError("closed", reason);
        }
    }

    /** A loop on the caller's thread, without timers. */
    private static final class TaskLoop implements Loop {

        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

        void runAll() {
            Runnable task;
            while ((task = tasks.poll()) != null) {
                task.run();
            }
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Timer schedule(Runnable task, long delayNanos) {
            return () -> {};
        }

        @Override
        public ByteBufAllocator alloc() {
            return PooledByteBufAllocator.DEFAULT;
        }
    }
}
