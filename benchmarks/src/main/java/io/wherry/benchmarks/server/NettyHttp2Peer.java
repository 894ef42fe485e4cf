// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2 of bare Netty. A request for events makes its stream a subscriber; all others are polls, answered by headers that are built
 * once. Confined to the loop.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyHttp2Peer extends ChannelInboundHandlerAdapter {

    private static final Http2Headers STREAM = head("200", "no-cache, no-transform")
            .add("content-type", "text/event-stream")
            .add("x-accel-buffering", "no");
    private static final Http2Headers LATEST = tagged("200").add("content-type", "text/plain; charset=utf-8");
    private static final Http2Headers NOT_MODIFIED = tagged("304");
    private static final Http2Headers NO_CONTENT = tagged("204");

    private final NettyHttp2Contender server;
    private final Http2FrameCodec codec;
    private @Nullable ChannelHandlerContext encoding;
    private int[] streams = {};

    NettyHttp2Peer(NettyHttp2Contender server, Http2FrameCodec codec) {
        this.server = server;
        this.codec = codec;
    }

    private static Http2Headers head(String status, String caching) {
        return new DefaultHttp2Headers(false)
                .status(status)
                .add("wherry-position", "netty42-1")
                .add("cache-control", caching)
                .add("x-content-type-options", "nosniff")
                .add("vary", "origin");
    }

    private static Http2Headers tagged(String status) {
        return head(status, "no-cache").add("etag", "\"netty42-1\"");
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        encoding = added.pipeline().context(codec);
    }

    private ChannelHandlerContext encoding() {
        return Objects.requireNonNull(encoding, "encoding");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2HeadersFrame frame) {
            request(Objects.requireNonNull(frame.stream(), "stream").id(), frame.headers());
        }
        ReferenceCountUtil.release(message);
    }

    private void request(int stream, Http2Headers head) {
        ChannelHandlerContext to = encoding();
        String target = head.path().toString();
        if (target.startsWith("/wherry/sse")) {
            codec.encoder().writeHeaders(to, stream, STREAM, 0, false, to.newPromise());
            if (streams.length == 0) {
                server.add(this);
            }
            streams = Arrays.copyOf(streams, streams.length + 1);
            streams[streams.length - 1] = stream;
            server.subscribed(1);
        } else if (!target.contains("&after=")) {
            codec.encoder().writeHeaders(to, stream, LATEST, 0, false, to.newPromise());
            codec.encoder().writeData(to, stream, server.latest(), 0, true, to.newPromise());
        } else {
            Http2Headers answer = head.contains("if-none-match") ? NOT_MODIFIED : NO_CONTENT;
            codec.encoder().writeHeaders(to, stream, answer, 0, true, to.newPromise());
        }
    }

    /** Gives some messages to each stream. */
    void deliver(List<ByteBuf> frames) {
        ChannelHandlerContext to = encoding();
        for (int stream : streams) {
            for (int f = 0; f < frames.size(); f++) {
                codec.encoder().writeData(to, stream, frames.get(f).retainedDuplicate(), 0, false, to.newPromise());
            }
        }
        codec.flush(to);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        codec.flush(encoding());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        server.subscribed(-streams.length);
        server.remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
