// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.wherry.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection of HTTP/2 in clear, and WebSockets on its streams, byte by byte (RFC 8441). */
final class Http2Socket implements AutoCloseable {

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<Http2Settings> settings = new LinkedBlockingQueue<>();
    private final Channel channel;
    private final String authority;

    Http2Socket(int port) {
        authority = "127.0.0.1:" + port;
        channel = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forClient()
                                                .initialSettings(new Http2Settings().pushEnabled(false))
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()),
                                        new Settings());
                    }
                })
                .connect("127.0.0.1", port)
                .syncUninterruptibly()
                .channel();
        // Or one stream that is not read uses up the window of all.
        channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame(1 << 20));
    }

    /** What the server says when the connection begins. */
    Http2Settings settings() {
        return Await.next(settings);
    }

    /** The head of an Extended CONNECT. */
    Http2Headers connect(String path, String... namesAndValues) {
        Http2Headers head = new DefaultHttp2Headers()
                .method("CONNECT")
                .scheme("http")
                .authority(authority)
                .path(path)
                .set(":protocol", "websocket")
                .set("sec-websocket-version", "13");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            head.set(namesAndValues[i], namesAndValues[i + 1]);
        }
        return head;
    }

    Stream open(Http2Headers head) {
        return open(head, false);
    }

    Stream open(Http2Headers head, boolean isLast) {
        Stream stream = new Stream();
        Channel opened = new Http2StreamChannelBootstrap(channel)
                .handler(stream)
                .open()
                .syncUninterruptibly()
                .getNow();
        stream.stream = opened;
        opened.writeAndFlush(new DefaultHttp2HeadersFrame(head, isLast)).syncUninterruptibly();
        return stream;
    }

    @Override
    public void close() {
        // A loop that ends while it is at its tasks leaves its sockets open.
        channel.eventLoop()
                .submit(() -> channel.unsafe().close(channel.voidPromise()))
                .syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** One stream. */
    static final class Stream extends ChannelInboundHandlerAdapter {

        private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();
        private final ByteBuf bytes = Unpooled.buffer();
        private volatile @Nullable Channel stream;

        private Channel channel() {
            return Objects.requireNonNull(stream, "stream");
        }

        /** The head of the answer. */
        Http2Headers head() {
            return (Http2Headers) Await.next(came);
        }

        int status() {
            return Integer.parseInt(head().status().toString());
        }

        /** Sends a frame of a WebSocket, masked. */
        void send(int firstByte, byte[] payload) {
            channel().writeAndFlush(new DefaultHttp2DataFrame(Frames.masked(firstByte, payload)));
        }

        void send(String text) {
            send(Frames.FIN | Frames.TEXT, text.getBytes(StandardCharsets.UTF_8));
        }

        void end() {
            channel().writeAndFlush(new DefaultHttp2DataFrame(true));
        }

        void reset() {
            channel().writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
        }

        /** Whether bytes are taken; otherwise the stream's window is used up. */
        void takes(boolean now) {
            channel().config().setAutoRead(now);
        }

        /** The payload of the next frame that is no ping, and that begins with a byte. */
        byte[] frame(int firstByte) {
            need(2);
            if (bytes.getUnsignedByte(bytes.readerIndex()) == (Frames.FIN | Frames.PING)) {
                int length = bytes.skipBytes(1).readUnsignedByte();
                need(length);
                bytes.skipBytes(length);
                return frame(firstByte);
            }
            int first = bytes.readUnsignedByte();
            int length = bytes.readUnsignedByte();
            if (length == 126) {
                need(2);
                length = bytes.readUnsignedShort();
            } else if (length == 127) {
                need(8);
                length = Math.toIntExact(bytes.readLong());
            }
            need(length);
            byte[] payload = new byte[length];
            bytes.readBytes(payload);
            if (first != firstByte) {
                throw new AssertionError("frame: " + first + " (expected: " + firstByte + ")");
            }
            return payload;
        }

        String text() {
            return new String(frame(Frames.FIN | Frames.TEXT), StandardCharsets.UTF_8);
        }

        /** What comes next: bytes, "end", or an Http2Error. */
        Object next() {
            return Await.next(came);
        }

        private void need(int length) {
            while (bytes.readableBytes() < length) {
                Object next = Await.next(came);
                if (!(next instanceof byte[] more)) {
                    throw new AssertionError(next + " (expected: bytes)");
                }
                bytes.writeBytes(more);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            boolean isLast = false;
            if (message instanceof Http2HeadersFrame frame) {
                came.add(frame.headers());
                isLast = frame.isEndStream();
            } else if (message instanceof Http2DataFrame frame) {
                byte[] content = new byte[frame.content().readableBytes()];
                frame.content().readBytes(content);
                if (content.length > 0) {
                    came.add(content);
                }
                isLast = frame.isEndStream();
            }
            ReferenceCountUtil.release(message);
            if (isLast) {
                came.add("end");
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                came.add(Http2Error.valueOf(reset.errorCode()));
            }
        }
    }

    /** Keeps the server's settings. */
    private final class Settings extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2SettingsFrame frame) {
                settings.add(frame.settings());
            }
            ReferenceCountUtil.release(message);
        }
    }
}
