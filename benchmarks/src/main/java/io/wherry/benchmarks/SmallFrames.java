// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;

/**
 * An experiment: the least that can decode short text frames of a client, whole ones in one buffer (RFC 6455, section 5.2), and check their text. Payloads
 * are unmasked where they are, and not copied. Whatever else may come is an error here, and would need the rest of a codec.
 */
final class SmallFrames extends ChannelInboundHandlerAdapter {

    private static final int WHOLE_TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final int SHORT = 125;
    private static final int HEAD = 6;
    private static final long NOT_ASCII = 0x8080808080808080L;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable()) {
                int start = in.readerIndex();
                int length = in.getByte(start + 1) & 0x7F;
                int mask = in.getIntLE(start + 2);
                int head = HEAD;
                if (length > SHORT) {
                    length = in.getUnsignedShort(start + 2);
                    mask = in.getIntLE(start + 4);
                    head += 2;
                }
                if ((in.getByte(start) & 0xFF) != WHOLE_TEXT
                        || (in.getByte(start + 1) & MASKED) == 0
                        || in.readableBytes() < head + length) {
                    throw new IllegalStateException("frame: another one (expected: a whole text frame that is masked)");
                }
                unmask(in, start + head, length, mask);
                in.skipBytes(head);
                ctx.fireChannelRead(new TextWebSocketFrame(in.readRetainedSlice(length)));
            }
        } finally {
            in.release();
        }
    }

    private static void unmask(ByteBuf in, int from, int length, int mask) {
        long longMask = (mask & 0xFFFFFFFFL) | ((long) mask << 32);
        long seen = 0;
        int at = from;
        int end = from + length;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long clear = in.getLongLE(at) ^ longMask;
            seen |= clear;
            in.setLongLE(at, clear);
        }
        for (int shift = 0; at < end; at++, shift += Byte.SIZE) {
            byte clear = (byte) (in.getByte(at) ^ (longMask >>> shift));
            seen |= clear & 0xFF;
            in.setByte(at, clear);
        }
        if ((seen & NOT_ASCII) != 0) {
            throw new IllegalStateException("text: not ASCII (expected: another check)");
        }
    }
}
