// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/** A request that is answered by a stream without an end: from its end on the connection is a subscriber. Confined to the loop. */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyStream extends NettyPeer {

    private final byte[] head;
    private List<Integer> topics = List.of();

    NettyStream(NettyContender server, byte[] head) {
        super(server);
        this.head = head;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            topics = topics(request.uri());
        }
        boolean isEnd = message instanceof LastHttpContent;
        ReferenceCountUtil.release(message);
        if (isEnd) {
            ctx.writeAndFlush(ctx.alloc().directBuffer(head.length).writeBytes(head));
            ctx.pipeline().remove(HttpRequestDecoder.class);
            server().add(ctx, topics);
            topics = List.of();
        }
    }
}
