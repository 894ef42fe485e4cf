// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/** The head of a server's frame (RFC 6455, section 5.2): final, unmasked. */
final class FrameHead {

    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int FINAL = 0x80;
    private static final int COMPRESSED = 0x40;

    /** A whole ping without content. */
    static final ByteBuf PING_FRAME = Unpooled.unreleasableBuffer(
            Unpooled.wrappedBuffer(new byte[] {(byte) (FINAL | PING), 0}).asReadOnly());

    private FrameHead() {}

    /** How many bytes the head takes of a frame with so many bytes of payload. */
    static int length(int payload) {
        return payload < 126 ? 2 : payload <= 0xffff ? 4 : 10;
    }

    /**
     * Appends the head of a data frame that is a whole message.
     *
     * @param compressed whether the payload is deflated (RFC 7692, section 6)
     */
    static void write(ByteBuf out, boolean text, boolean compressed, int length) {
        out.writeByte(FINAL | (compressed ? COMPRESSED : 0) | (text ? TEXT : BINARY));
        if (length < 126) {
            out.writeByte(length);
        } else if (length <= 0xffff) {
            out.writeByte(126).writeShort(length);
        } else {
            out.writeByte(127).writeLong(length);
        }
    }

    /** A close frame or a pong as bytes; the frame is released. */
    static ByteBuf control(WebSocketFrame frame, ByteBufAllocator alloc) {
        try {
            ByteBuf content = frame.content();
            return alloc.buffer(2 + content.readableBytes())
                    .writeByte(FINAL | (frame instanceof CloseWebSocketFrame ? CLOSE : PONG))
                    .writeByte(content.readableBytes())
                    .writeBytes(content);
        } finally {
            frame.release();
        }
    }
}
