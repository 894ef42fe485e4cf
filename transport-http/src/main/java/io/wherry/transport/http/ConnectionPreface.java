// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a connection is HTTP/2's: TLS has agreed on that, or its first bytes are the preface (RFC 9113, sections 3.2 to
 * 3.4). Then it is gone from the pipeline, and in the way of nothing. Confined to its loop.
 */
final class ConnectionPreface extends ByteToMessageDecoder {

    private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

    private final Consumer<ChannelPipeline> toHttp2;

    /**
     * Makes one for a connection that is HTTP/1's so far.
     *
     * @param toHttp2 changes the handlers behind this one
     */
    ConnectionPreface(Consumer<ChannelPipeline> toHttp2) {
        this.toHttp2 = toHttp2;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int length = Math.min(in.readableBytes(), PREFACE.readableBytes());
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE.getByte(i)) {
                found(ctx, false);
                return;
            }
        }
        if (length == PREFACE.readableBytes()) {
            found(ctx, true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ctx.fireUserEventTriggered(event);
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            @Nullable SslHandler tls = ctx.pipeline().get(SslHandler.class);
            found(ctx, tls != null && ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol()));
        }
    }

    /** Passes on what has come, to the handlers of the version that was found. */
    private void found(ChannelHandlerContext ctx, boolean isHttp2) {
        ChannelPipeline pipeline = ctx.pipeline();
        if (isHttp2) {
            toHttp2.accept(pipeline);
        }
        pipeline.remove(this);
    }
}
