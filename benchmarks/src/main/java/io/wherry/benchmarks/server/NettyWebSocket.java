// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;

/** A WebSocket of bare Netty: a subscriber from its handshake on, and an echo for what it sends. Confined to the loop. */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyWebSocket extends NettyPeer {

    NettyWebSocket(NettyContender server) {
        super(server);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof HandshakeComplete complete) {
            server().add(ctx.pipeline().context(WebSocket13FrameEncoder.class), topics(complete.requestUri()));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        ctx.write(frame, ctx.voidPromise());
    }
}
