// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The head of a server's frame (RFC 6455, section 5.2): final, unmasked. */
final class FrameHead {

    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    private static final int PING = 0x9;
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
}
