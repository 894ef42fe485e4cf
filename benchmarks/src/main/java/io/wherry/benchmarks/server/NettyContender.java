// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.Version;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Loops;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The least that a Netty server has to do, and no bookkeeping, with the bytes of Wherry's plain readers: each message is framed once, in a
 * direct buffer; a turn of the loop takes all that wait, writes a duplicate of each to each subscriber with a void promise, past all encoders,
 * and flushes each subscriber once. It never looks whether a channel is writable. It knows one topic.
 */
@SuppressWarnings("FutureReturnValueIgnored")
public final class NettyContender implements Contender {

    /** The sockets are those that Wherry would take. */
    private final Loops loops = Loops.start(1, "netty", System.getProperty(CoreKeys.SOCKETS.name(), "auto"));

    private final EventLoop loop = loops.group().next();
    private final ConcurrentLinkedQueue<byte[]> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTurnDue = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private final List<ByteBuf> frames = new ArrayList<>();
    private final List<ChannelHandlerContext> subscribers = new ArrayList<>();
    private final NettyFraming framing;
    private final Channel listening;
    private volatile int subscriberCount;
    private ByteBuf latest = Unpooled.EMPTY_BUFFER;
    private long published;

    /** Starts it. */
    public NettyContender(Settings settings) {
        framing = NettyFraming.of(settings.transport());
        listening = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverSocketType())
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Initializer())
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    @Override
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public String version() {
        Version version = Version.identify().get("netty-transport");
        return "Netty" + (version == null ? "" : " " + version.artifactVersion());
    }

    @Override
    public int subscribers() {
        return subscriberCount;
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
            ByteBuf frame = framing.frame(text, ++published);
            latest.release();
            latest = frame.retainedDuplicate();
            frames.add(frame);
        }
        for (int i = 0; i < subscribers.size(); i++) {
            ChannelHandlerContext subscriber = subscribers.get(i);
            for (int f = 0; f < frames.size(); f++) {
                subscriber.write(frames.get(f).retainedDuplicate(), subscriber.voidPromise());
            }
            subscriber.flush();
        }
        frames.forEach(ByteBuf::release);
        frames.clear();
        if (framing == NettyFraming.ANSWER) { // Each poll is answered once.
            subscribers.clear();
            subscriberCount = 0;
        }
    }

    /** The number of the last message. Called on the loop. */
    long published() {
        return published;
    }

    /** The last message, framed, for the caller to release. Called on the loop. */
    ByteBuf latest() {
        return latest.retainedDuplicate();
    }

    /** From now on a connection gets what is published. Called on the loop. */
    void add(ChannelHandlerContext subscriber) {
        subscribers.add(subscriber);
        subscriberCount = subscribers.size();
    }

    /** Called on the loop, when a connection has ended. */
    void remove(Channel channel) {
        subscribers.removeIf(subscriber -> subscriber.channel() == channel);
        subscriberCount = subscribers.size();
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

    /** Sets up each connection. */
    private final class Initializer extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel channel) {
            if (framing == NettyFraming.WEBSOCKET) {
                channel.pipeline()
                        .addLast(
                                new HttpServerCodec(),
                                new HttpObjectAggregator(8192),
                                new WebSocketServerProtocolHandler(
                                        "/wherry/websocket", null, true, 1 << 20, false, true),
                                new NettyWebSocket(NettyContender.this));
            } else if (framing == NettyFraming.ANSWER) {
                channel.pipeline()
                        .addLast(
                                new HttpRequestDecoder(),
                                new HttpObjectAggregator(1 << 20),
                                new NettyHttp(NettyContender.this));
            } else {
                channel.pipeline()
                        .addLast(new HttpRequestDecoder(), new NettyStream(NettyContender.this, framing.head()));
            }
        }
    }
}
