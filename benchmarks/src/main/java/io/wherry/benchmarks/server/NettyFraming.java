// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How bare Netty frames a message: in the same way as Wherry does for plain readers. Immutable. */
enum NettyFraming {
    /** A text frame, unmasked (RFC 6455, section 5.2). */
    WEBSOCKET("") {
        @Override
        ByteBuf frame(byte[] text, long number, String name, @Nullable NettyDeflater deflater) {
            byte[] body = deflater == null ? text : deflater.message(text);
            ByteBuf frame =
                    ByteBufAllocator.DEFAULT.directBuffer(body.length + 10).writeByte(deflater == null ? 0x81 : 0xC1);
            if (body.length < 126) {
                frame.writeByte(body.length);
            } else if (body.length < 65536) {
                frame.writeByte(126).writeShort(body.length);
            } else {
                frame.writeByte(127).writeLong(body.length);
            }
            return frame.writeBytes(body);
        }
    },
    /** An event with an id in a chunk of its own. */
    SSE("text/event-stream") {
        @Override
        ByteBuf frame(byte[] text, long number, String name, @Nullable NettyDeflater deflater) {
            byte[] head = ascii("id: netty42-" + number + (name.isEmpty() ? "" : "\nevent: " + name) + "\ndata: ");
            return chunk(head, text, 2, deflater);
        }
    },
    /** The payload and a line feed in a chunk of its own. */
    COMET("text/plain; charset=utf-8") {
        @Override
        ByteBuf frame(byte[] text, long number, String name, @Nullable NettyDeflater deflater) {
            return chunk(NOTHING, text, 1, deflater);
        }
    },
    /** A whole answer to a poll. */
    ANSWER("") {
        @Override
        ByteBuf frame(byte[] text, long number, String name, @Nullable NettyDeflater deflater) {
            byte[] head =
                    ascii("HTTP/1.1 200 OK\r\nWherry-Position: netty42-" + number + "\r\netag: \"netty42-" + number
                            + "\"\r\ncache-control: no-cache\r\ncontent-type: text/plain; charset=utf-8\r\n"
                            + "X-Content-Type-Options: nosniff\r\nvary: origin\r\ncontent-length: " + (text.length + 1)
                            + "\r\n\r\n");
            return ByteBufAllocator.DEFAULT
                    .directBuffer(head.length + text.length + 1)
                    .writeBytes(head)
                    .writeBytes(text)
                    .writeByte('\n');
        }
    };

    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] NOTHING = {};
    private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final String headers;

    NettyFraming(String contentType) {
        headers = "HTTP/1.1 200 OK\r\ncontent-type: " + contentType
                + "\r\ncache-control: no-cache, no-transform\r\nWherry-Position: netty42-0\r\nX-Content-Type-Options: nosniff\r\n"
                + "vary: origin\r\nX-Accel-Buffering: no\r\ntransfer-encoding: chunked\r\n";
    }

    static NettyFraming of(String transport) {
        return switch (transport) {
            case "websocket" -> WEBSOCKET;
            case "sse" -> SSE;
            case "comet" -> COMET;
            case "longpoll", "http" -> ANSWER;
            default -> throw new IllegalArgumentException("transport: " + transport);
        };
    }

    /**
     * A message as it goes to each subscriber, in a direct buffer.
     *
     * @param name what an event is called, empty for nothing
     * @param deflater what compresses it, null for nothing
     */
    abstract ByteBuf frame(byte[] text, long number, String name, @Nullable NettyDeflater deflater);

    /** What the answer to a request begins with, compressed or not. */
    byte[] head(boolean isCompressed) {
        if (!isCompressed) {
            return ascii(headers + "\r\n");
        }
        ByteBuf head = Unpooled.buffer()
                .writeBytes(ascii(headers + "content-encoding: gzip\r\n\r\n"))
                .writeBytes(ascii(Integer.toHexString(GZIP.length)))
                .writeBytes(CRLF)
                .writeBytes(GZIP)
                .writeBytes(CRLF);
        return ByteBufUtil.getBytes(head);
    }

    private static ByteBuf chunk(byte[] head, byte[] text, int lineFeeds, @Nullable NettyDeflater deflater) {
        return deflater == null
                ? chunk(head, text, lineFeeds)
                : chunk(NOTHING, deflater.blocks(head, text, lineFeeds), 0);
    }

    private static ByteBuf chunk(byte[] head, byte[] text, int lineFeeds) {
        int length = head.length + text.length + lineFeeds;
        ByteBuf chunk = ByteBufAllocator.DEFAULT.directBuffer(length + 16);
        chunk.writeBytes(ascii(Integer.toHexString(length))).writeBytes(CRLF);
        chunk.writeBytes(head).writeBytes(text);
        for (int i = 0; i < lineFeeds; i++) {
            chunk.writeByte('\n');
        }
        return chunk.writeBytes(CRLF);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
