// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;

/** A WebSocket of bare Netty: a subscriber from its handshake on, and an echo for what it sends. Confined to the loop. */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyWebSocket extends ChannelInboundHandlerAdapter {

    private final NettyContender server;

    NettyWebSocket(NettyContender server) {
        this.server = server;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
            server.add(ctx.pipeline().context(WebSocket13FrameEncoder.class));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        ctx.write(frame, ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        server.remove(ctx.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
