// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Frames of a client (masked) and of a server, made bit by bit. */
final class Frames {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    static final int FIN = 0x80;
    static final int RSV1 = 0x40;
    static final int RSV2 = 0x20;
    static final int RSV3 = 0x10;

    private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

    private Frames() {}

    static ByteBuf masked(int firstByte, byte[] payload) {
        ByteBuf out = head(firstByte, 0x80, payload.length).writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            out.writeByte(payload[i] ^ MASK[i & 3]);
        }
        return out;
    }

    static ByteBuf masked(int firstByte, String payload) {
        return masked(firstByte, payload.getBytes(StandardCharsets.UTF_8));
    }

    static ByteBuf unmasked(int firstByte, byte[] payload) {
        return head(firstByte, 0, payload.length).writeBytes(payload);
    }

    static ByteBuf unmasked(int firstByte, String payload) {
        return unmasked(firstByte, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** The body of a close frame. */
    static byte[] close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[2 + text.length];
        body[0] = (byte) (code >> 8);
        body[1] = (byte) code;
        System.arraycopy(text, 0, body, 2, text.length);
        return body;
    }

    private static ByteBuf head(int firstByte, int maskBit, int length) {
        ByteBuf out = Unpooled.buffer(length + 14).writeByte(firstByte);
        if (length < 126) {
            return out.writeByte(maskBit | length);
        }
        return length <= 0xffff
                ? out.writeByte(maskBit | 126).writeShort(length)
                : out.writeByte(maskBit | 127).writeLong(length);
    }
}
