// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Loops;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The least that a Netty server has to do for a broadcast, and no bookkeeping: each message becomes one frame, once, in a
 * direct buffer; a turn of the loop takes all frames that wait, writes a duplicate of each past the encoder to each
 * channel with a void promise, and flushes each channel once. It never looks whether a channel is writable.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyBroadcast implements BroadcastServer {

    /** The sockets are those that Wherry would take. */
    private final Loops loops = Loops.start(1, "netty-broadcast", System.getProperty(CoreKeys.SOCKETS.name(), "auto"));

    private final EventLoop loop = loops.group().next();
    private final ConcurrentLinkedQueue<ByteBuf> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTurnDue = new AtomicBoolean();
    private final Runnable turn = this::turn;
    private final List<ByteBuf> frames = new ArrayList<>();
    private final List<ChannelHandlerContext> subscribers = new ArrayList<>();
    private final Channel listening;
    private volatile int subscriberCount;

    NettyBroadcast() {
        listening = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverSocketType())
                .option(ChannelOption.SO_BACKLOG, 1024)
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
    public int subscribers() {
        return subscriberCount;
    }

    @Override
    public void publish(byte[] text) {
        waiting.add(frame(text));
        if (isTurnDue.compareAndSet(false, true)) {
            loop.execute(turn);
        }
    }

    /** A whole text frame, unmasked (RFC 6455, section 5.2). */
    private static ByteBuf frame(byte[] text) {
        ByteBuf frame = ByteBufAllocator.DEFAULT.directBuffer(text.length + 10).writeByte(0x81);
        if (text.length < 126) {
            frame.writeByte(text.length);
        } else if (text.length < 65536) {
            frame.writeByte(126).writeShort(text.length);
        } else {
            frame.writeByte(127).writeLong(text.length);
        }
        return frame.writeBytes(text);
    }

    private void turn() {
        isTurnDue.set(false);
        for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
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
    }

    @Override
    public void close() {
        loops.close();
    }

    /** Sets up each connection. */
    private final class Initializer extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(8192),
                            new WebSocketServerProtocolHandler("/wherry/websocket", null, false, 65536, false, true),
                            new Subscriber());
        }
    }

    /** Counts in each subscriber whose handshake is done. */
    private final class Subscriber extends SimpleChannelInboundHandler<WebSocketFrame> {

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
                subscribers.add(ctx.pipeline().context(WebSocket13FrameEncoder.class));
                subscriberCount = subscribers.size();
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            // Subscribers say nothing.
        }
    }
}
