// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;

/** A connection of bare Netty: what is written while something is read is flushed after it. Confined to the loop. */
@SuppressWarnings("FutureReturnValueIgnored")
abstract class NettyPeer extends ChannelInboundHandlerAdapter {

    private static final String TOPIC = "topic=t";

    private final NettyContender server;

    NettyPeer(NettyContender server) {
        this.server = server;
    }

    final NettyContender server() {
        return server;
    }

    /** The numbers of the topics that a request names. */
    static List<Integer> topics(String uri) {
        List<Integer> topics = new ArrayList<>();
        for (int at = uri.indexOf(TOPIC); at >= 0; at = uri.indexOf(TOPIC, at)) {
            at += TOPIC.length();
            int end = uri.indexOf('&', at);
            topics.add(Integer.parseInt(uri, at, end < 0 ? uri.length() : end, 10));
        }
        return topics;
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
