// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.wherry.Limits;
import java.util.List;

/**
 * Decodes one request and waits, with the bytes that follow as they are, until it is told to go on: requests are answered
 * in order, and what follows an upgrade is nobody's to decode. Confined to its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class RequestDecoder extends HttpRequestDecoder {

    private static final int MAX_WAITING = 64 * 1024;
    private static final int MAX_CHUNK = 64 * 1024;

    private boolean waits;
    private boolean began;
    private boolean reading;
    private boolean discards;

    RequestDecoder(Limits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.header())
                .setMaxHeaderSize(limits.header())
                .setMaxChunkSize(MAX_CHUNK));
    }

    /** Whether some bytes of the next request have come. */
    boolean hasBegun() {
        return began;
    }

    /** Whether bytes of the next request are here. */
    boolean isHolding() {
        return actualReadableBytes() > 0;
    }

    /** Keeps what comes until it is told to go on. */
    void hold() {
        waits = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object in) throws Exception {
        reading = true;
        try {
            super.channelRead(ctx, in);
        } finally {
            reading = false;
        }
        if (waits && !discards && actualReadableBytes() > MAX_WAITING) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (discards) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (waits) {
            return;
        }
        began = true;
        int decoded = out.size();
        super.decode(ctx, in, out);
        if (out.size() > decoded && out.get(out.size() - 1) instanceof LastHttpContent) {
            waits = true;
        }
    }

    /** Lets the next request through, perhaps at once. */
    void next(ChannelHandlerContext ctx) {
        waits = false;
        began = false;
        ctx.channel().config().setAutoRead(true);
        if (!reading && isHolding()) {
            read(ctx, Unpooled.EMPTY_BUFFER);
            try {
                channelReadComplete(ctx);
            } catch (Exception e) {
                ctx.fireExceptionCaught(e);
            }
        }
    }

    /** Takes bytes, which become its own. */
    void read(ChannelHandlerContext ctx, ByteBuf in) {
        try {
            channelRead(ctx, in);
        } catch (Exception e) {
            ctx.fireExceptionCaught(e);
        }
    }

    /** Drops whatever comes from now on. */
    void discard() {
        discards = true;
    }
}
