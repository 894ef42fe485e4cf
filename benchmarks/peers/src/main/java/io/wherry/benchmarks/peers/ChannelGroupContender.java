// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.util.Version;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.Settings;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Netty as its examples have it: a group of channels, to which each message is written and flushed. */
@SuppressWarnings("FutureReturnValueIgnored")
public final class ChannelGroupContender implements Contender {

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup group = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listening;

    /** Starts it. */
    public ChannelGroupContender(Settings settings) {
        listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
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
        return "Netty's ChannelGroup" + (version == null ? "" : " " + version.artifactVersion());
    }

    @Override
    public int subscribers() {
        return group.size();
    }

    @Override
    public void publish(int topic, byte[] text) {
        group.writeAndFlush(new TextWebSocketFrame(new String(text, StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        loops.shutdownGracefully();
    }

    /** Sets up each connection. */
    private final class Initializer extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(65536),
                            new WebSocketServerProtocolHandler("/ws", true),
                            new Echo());
        }
    }

    /** Joins the group when the handshake is done, and sends back what comes. */
    private final class Echo extends SimpleChannelInboundHandler<TextWebSocketFrame> {

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
                group.add(ctx.channel());
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame frame) {
            ctx.writeAndFlush(frame.retain());
        }
    }
}
