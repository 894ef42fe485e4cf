// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/** A request that is answered by a stream without an end: from its end on the connection is a subscriber. Confined to the loop. */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyStream extends ChannelInboundHandlerAdapter {

    private final NettyContender server;
    private final byte[] head;

    NettyStream(NettyContender server, byte[] head) {
        this.server = server;
        this.head = head;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        boolean isEnd = message instanceof LastHttpContent;
        ReferenceCountUtil.release(message);
        if (isEnd) {
            ctx.writeAndFlush(ctx.alloc().directBuffer(head.length).writeBytes(head));
            ctx.pipeline().remove(HttpRequestDecoder.class);
            server.add(ctx);
        }
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
