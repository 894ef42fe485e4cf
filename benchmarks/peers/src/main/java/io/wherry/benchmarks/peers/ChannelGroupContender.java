// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
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
import io.netty.util.concurrent.GlobalEventExecutor;
import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.NettyServer;
import io.wherry.benchmarks.server.Settings;
import java.nio.charset.StandardCharsets;

/** Netty as its examples have it: a group of channels, to which each message is written and flushed. */
@SuppressWarnings("FutureReturnValueIgnored")
public final class ChannelGroupContender implements Contender {

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup group = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final NettyServer server;

    /** Starts it. */
    public ChannelGroupContender(Settings settings) {
        server = new NettyServer(loops, NioServerSocketChannel.class, this::initialize);
    }

    private void initialize(Channel channel) {
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(65536),
                        new WebSocketServerProtocolHandler("/ws", true),
                        new Echo());
    }

    @Override
    public int port() {
        return server.port();
    }

    @Override
    public String version() {
        return NettyServer.version("Netty's ChannelGroup");
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
