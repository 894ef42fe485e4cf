// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayList;
import java.util.List;

/** A topic of bare Netty: who gets what is published, and what of that waits for the turn of the loop. Confined to the loop. */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyTopic {

    private final List<Reader> readers = new ArrayList<>();
    private final List<ByteBuf> frames = new ArrayList<>();

    /** A connection that gets what is published to some topics. Confined to the loop. */
    static final class Reader {

        private final ChannelHandlerContext ctx;
        private final List<NettyTopic> topics;
        private boolean isUnflushed;

        Reader(ChannelHandlerContext ctx, List<NettyTopic> topics) {
            this.ctx = ctx;
            this.topics = topics;
        }

        List<NettyTopic> topics() {
            return topics;
        }

        void flush() {
            isUnflushed = false;
            ctx.flush();
        }
    }

    /** Whether its readers read other topics as well. */
    boolean isOneOfSeveral() {
        return !readers.isEmpty() && readers.get(0).topics.size() > 1;
    }

    List<Reader> readers() {
        return readers;
    }

    /** Adds a message, framed, which is released when it is written; returns whether it is the first of a turn. */
    boolean add(ByteBuf frame) {
        frames.add(frame);
        return frames.size() == 1;
    }

    /**
     * Joins what waits: copies it to buffers.
     *
     * @param limit how many bytes are in a buffer at most, but for a message that is longer by itself
     */
    void join(int limit) {
        List<ByteBuf> joined = new ArrayList<>();
        for (int from = 0; from < frames.size(); ) {
            int to = from + 1;
            int bytes = frames.get(from).readableBytes();
            while (to < frames.size() && bytes + frames.get(to).readableBytes() <= limit) {
                bytes += frames.get(to++).readableBytes();
            }
            ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(bytes);
            frames.subList(from, to).forEach(buffer::writeBytes);
            joined.add(buffer);
            from = to;
        }
        frames.forEach(ByteBuf::release);
        frames.clear();
        frames.addAll(joined);
    }

    /** Writes what waits to all readers, and flushes it where nothing else is to be expected; the others are added to a list. */
    void deliver(List<Reader> unflushed) {
        for (int i = 0; i < readers.size(); i++) {
            Reader reader = readers.get(i);
            ChannelHandlerContext ctx = reader.ctx;
            for (int f = 0; f < frames.size(); f++) {
                ctx.write(frames.get(f).retainedDuplicate(), ctx.voidPromise());
            }
            if (reader.topics.size() == 1) {
                ctx.flush();
            } else if (!reader.isUnflushed) {
                reader.isUnflushed = true;
                unflushed.add(reader);
            }
        }
        frames.forEach(ByteBuf::release);
        frames.clear();
    }
}
