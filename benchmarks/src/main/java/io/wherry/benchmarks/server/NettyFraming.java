// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** How bare Netty frames a message: in the same way as Wherry does for plain readers. Immutable. */
enum NettyFraming {
    /** A text frame, unmasked (RFC 6455, section 5.2). */
    WEBSOCKET("") {
        @Override
        ByteBuf frame(byte[] text, long number, String name) {
            ByteBuf frame =
                    ByteBufAllocator.DEFAULT.directBuffer(text.length + 10).writeByte(0x81);
            if (text.length < 126) {
                frame.writeByte(text.length);
            } else if (text.length < 65536) {
                frame.writeByte(126).writeShort(text.length);
            } else {
                frame.writeByte(127).writeLong(text.length);
            }
            return frame.writeBytes(text);
        }
    },
    /** An event with an id in a chunk of its own. */
    SSE("text/event-stream") {
        @Override
        ByteBuf frame(byte[] text, long number, String name) {
            byte[] head = ascii("id: netty42-" + number + (name.isEmpty() ? "" : "\nevent: " + name) + "\ndata: ");
            return chunk(head, text, 2);
        }
    },
    /** The payload and a line feed in a chunk of its own. */
    COMET("text/plain; charset=utf-8") {
        @Override
        ByteBuf frame(byte[] text, long number, String name) {
            return chunk(new byte[0], text, 1);
        }
    },
    /** A whole answer to a poll. */
    ANSWER("") {
        @Override
        ByteBuf frame(byte[] text, long number, String name) {
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

    private final String head;

    NettyFraming(String contentType) {
        head = "HTTP/1.1 200 OK\r\ncontent-type: " + contentType
                + "\r\ncache-control: no-cache, no-transform\r\nWherry-Position: netty42-0\r\nX-Content-Type-Options: nosniff\r\n"
                + "vary: origin\r\nX-Accel-Buffering: no\r\ntransfer-encoding: chunked\r\n\r\n";
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
     */
    abstract ByteBuf frame(byte[] text, long number, String name);

    /** What the answer to a request begins with, as bytes. */
    byte[] head() {
        return ascii(head);
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
