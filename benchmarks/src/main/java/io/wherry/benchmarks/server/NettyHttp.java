// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;

/**
 * Bare Netty's answers to single requests, with the headers of Wherry's, built once and written past any encoder: a POST is echoed, a poll is answered by
 * what is new, by nothing new, or when there is news. Confined to the loop.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyHttp extends NettyPeer {

    private static final ByteBuf NOT_MODIFIED = nothingNew("304 Not Modified");
    private static final ByteBuf NO_CONTENT = nothingNew("204 No Content");
    private static final ByteBuf ECHO_HEAD = direct("HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n"
            + "X-Content-Type-Options: nosniff\r\ncache-control: no-store\r\nvary: origin\r\ncontent-length: ");
    private static final String AFTER = "&after=netty42-";

    NettyHttp(NettyContender server) {
        super(server);
    }

    private static ByteBuf nothingNew(String status) {
        return direct("HTTP/1.1 " + status
                + "\r\nWherry-Position: netty42-1\r\netag: \"netty42-1\"\r\ncache-control: no-cache\r\n"
                + "X-Content-Type-Options: nosniff\r\nvary: origin\r\n\r\n");
    }

    private static ByteBuf direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        FullHttpRequest request = (FullHttpRequest) message;
        try {
            answer(ctx, request);
        } finally {
            request.release();
        }
    }

    private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (request.method().equals(HttpMethod.POST)) {
            ctx.write(ECHO_HEAD.duplicate(), ctx.voidPromise());
            byte[] length = (request.content().readableBytes() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            ctx.write(ctx.alloc().directBuffer(length.length).writeBytes(length), ctx.voidPromise());
            ctx.write(request.content().retain(), ctx.voidPromise());
            return;
        }
        String uri = request.uri();
        int after = uri.indexOf(AFTER);
        if (after < 0 || Long.parseLong(uri.substring(after + AFTER.length())) < server().published()) {
            ctx.write(server().latest(), ctx.voidPromise());
        } else if (uri.startsWith("/wherry/longpoll")) {
            server().addPoll(ctx);
        } else {
            boolean hasTag = request.headers().contains(HttpHeaderNames.IF_NONE_MATCH);
            ctx.write((hasTag ? NOT_MODIFIED : NO_CONTENT).duplicate(), ctx.voidPromise());
        }
    }
}
