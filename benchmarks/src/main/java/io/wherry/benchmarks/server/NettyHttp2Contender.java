// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Loops;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The least that a Netty server of HTTP/2 has to do, with the bytes of Wherry's plain readers: each message is framed once, in a direct buffer; a turn of the
 * loop gives a duplicate of each that waits to the encoder of a connection, for each of its streams, and flushes each connection once. The
 * streams are no channels. It knows one topic, event streams, and polls with nothing new.
 */
public final class NettyHttp2Contender implements Contender {

    private static final int STREAMS = 1000;

    /** The sockets are those that Wherry would take. */
    private final Loops loops = Loops.start(1, "netty", System.getProperty(CoreKeys.SOCKETS.name(), "auto"));

    private final EventLoop loop = loops.group().next();
    private final ConcurrentLinkedQueue<byte[]> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTurnDue = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private final List<NettyHttp2Peer> peers = new ArrayList<>();
    private final List<ByteBuf> frames = new ArrayList<>();
    private final NettyServer server;
    private volatile int subscriptions;
    private byte[] latest = {};
    private long published;

    /** Starts it; it needs to be told nothing. */
    public NettyHttp2Contender(Settings settings) {
        server = new NettyServer(loops.group(), loops.serverSocketType(), this::initialize);
    }

    private void initialize(Channel channel) {
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(STREAMS))
                .build();
        channel.pipeline().addLast(codec, new NettyHttp2Peer(this, codec));
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public String version() {
        return NettyServer.version("Netty");
    }

    @Override
    public int subscribers() {
        return subscriptions;
    }

    @Override
    public void publish(int topic, byte[] text) {
        waiting.add(text);
        if (isTurnDue.compareAndSet(false, true)) {
            loop.execute(turn);
        }
    }

    private void turn() {
        isTurnDue.set(false);
        for (byte[] text = waiting.poll(); text != null; text = waiting.poll()) {
            latest = text;
            byte[] head = ("id: netty42-" + ++published + "\ndata: ").getBytes(StandardCharsets.US_ASCII);
            frames.add(ByteBufAllocator.DEFAULT
                    .directBuffer(head.length + text.length + 2)
                    .writeBytes(head)
                    .writeBytes(text)
                    .writeByte('\n')
                    .writeByte('\n'));
        }
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).deliver(frames);
        }
        frames.forEach(ByteBuf::release);
        frames.clear();
    }

    /** Called on the loop, when a connection has its first stream. */
    void add(NettyHttp2Peer peer) {
        peers.add(peer);
    }

    /** Called on the loop. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void subscribed(int more) {
        subscriptions += more;
    }

    /** Called on the loop, when a connection has ended. */
    void remove(NettyHttp2Peer peer) {
        peers.remove(peer);
    }

    /** The last message, as a poll is answered. Called on the loop. */
    ByteBuf latest() {
        return Unpooled.buffer(latest.length + 1).writeBytes(latest).writeByte('\n');
    }

    @Override
    public long directBytes() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }

    @Override
    public void close() {
        loops.close();
    }
}
