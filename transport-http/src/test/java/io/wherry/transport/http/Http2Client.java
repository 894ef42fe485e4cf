// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.util.ReferenceCountUtil;
import io.wherry.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of HTTP/2 in clear, frame by frame; what it sends is checked by nobody. Thread-safe. */
final class Http2Client implements AutoCloseable {

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Frames frames = new Frames();
    private final Map<Http2FrameStream, Stream> streams = new ConcurrentHashMap<>();
    private final BlockingQueue<Http2Settings> settings = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> goneAway = new LinkedBlockingQueue<>();
    private final Channel channel;
    private final String authority;

    Http2Client(int port) {
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
                                                .validateHeaders(false)
                                                .encoderIgnoreMaxHeaderListSize(true)
                                                .initialSettings(new Http2Settings().pushEnabled(false))
                                                .build(),
                                        frames);
                    }
                })
                .connect("127.0.0.1", port)
                .syncUninterruptibly()
                .channel();
    }

    /** A whole answer. */
    record Response(int status, Http2Headers headers, String body) {

        String header(String name) {
            return String.valueOf(headers.get(name));
        }
    }

    /** One request, and what comes for it. */
    final class Stream {

        private final Http2FrameStream frameStream;
        private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();
        private boolean takes = true;
        private int withheld;

        private Stream(Http2FrameStream frameStream) {
            this.frameStream = frameStream;
        }

        /** Sends content. */
        Stream send(String content, boolean isLast) {
            channel.writeAndFlush(
                    new DefaultHttp2DataFrame(Unpooled.copiedBuffer(content, StandardCharsets.UTF_8), isLast)
                            .stream(frameStream));
            return this;
        }

        /** Ends the content with a section of trailers. */
        void sendTrailers() {
            channel.writeAndFlush(
                    new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().set("x", "y"), true).stream(frameStream));
        }

        void reset() {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(frameStream));
        }

        /** Lets the window for this stream be used up, or open again. */
        void takes(boolean now) {
            channel.eventLoop()
                    .submit(() -> {
                        takes = now;
                        if (now && withheld > 0) {
                            channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame(withheld).stream(frameStream));
                            withheld = 0;
                        }
                    })
                    .syncUninterruptibly();
        }

        /** The next thing: headers, text, an Http2Error for a reset, or "end". */
        Object next() {
            return Await.next(came);
        }

        Http2Headers head() {
            return (Http2Headers) next();
        }

        /** Content up to some length, which may have come in pieces. */
        String text(int length) {
            StringBuilder text = new StringBuilder();
            while (text.length() < length) {
                text.append((String) next());
            }
            return text.toString();
        }

        /** The rest of the answer. */
        Response answer() {
            Http2Headers head = head();
            StringBuilder body = new StringBuilder();
            while (true) {
                Object piece = next();
                if ("end".equals(piece)) {
                    return new Response(Integer.parseInt(head.status().toString()), head, body.toString());
                }
                assertThat(piece).isInstanceOf(String.class);
                body.append(piece);
            }
        }

        private void came(Http2Frame frame) {
            boolean isLast = false;
            if (frame instanceof Http2HeadersFrame headers) {
                came.add(headers.headers());
                isLast = headers.isEndStream();
            } else if (frame instanceof Http2DataFrame data) {
                if (data.content().isReadable()) {
                    came.add(data.content().toString(StandardCharsets.UTF_8));
                }
                isLast = data.isEndStream();
                if (takes) {
                    channel.write(
                            new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes()).stream(frameStream));
                } else {
                    withheld += data.initialFlowControlledBytes();
                }
            } else if (frame instanceof Http2ResetFrame reset) {
                came.add(Http2Error.valueOf(reset.errorCode()));
            }
            if (isLast) {
                came.add("end");
            }
        }
    }

    /** Begins a request with the headers that it must have. */
    Http2Headers headers(String method, String path) {
        return new DefaultHttp2Headers(false)
                .method(method)
                .scheme("http")
                .authority(authority)
                .path(path);
    }

    Stream get(String path) {
        return open(headers("GET", path), true);
    }

    Stream post(String path, String body) {
        return open(headers("POST", path), false).send(body, true);
    }

    Stream open(Http2Headers head, boolean isLast) {
        CompletableFuture<Stream> opened = new CompletableFuture<>();
        channel.eventLoop().execute(() -> {
            Http2FrameStream frameStream = frames.newStream();
            Stream stream = new Stream(frameStream);
            streams.put(frameStream, stream);
            channel.writeAndFlush(new DefaultHttp2HeadersFrame(head, isLast).stream(frameStream));
            opened.complete(stream);
        });
        return Await.value(opened);
    }

    /** Asks and takes it back at once; returns whether the connection still stood. */
    boolean askInVain(String path) {
        CompletableFuture<Boolean> asked = new CompletableFuture<>();
        channel.eventLoop().execute(() -> {
            boolean stands = channel.isActive();
            if (stands) {
                Http2FrameStream frameStream = frames.newStream();
                channel.write(new DefaultHttp2HeadersFrame(headers("GET", path), true).stream(frameStream));
                channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(frameStream));
            }
            asked.complete(stands);
        });
        return Await.value(asked);
    }

    /** Opens the window of the connection, so that one stream that is not taken from does not stop the others. */
    void widen() {
        channel.writeAndFlush(new DefaultHttp2WindowUpdateFrame(1 << 20));
    }

    /** Lets more streams be opened than the server takes. */
    void ignoreMaxStreams() {
        Http2FrameCodec codec = channel.pipeline().get(Http2FrameCodec.class);
        channel.eventLoop()
                .submit(() -> codec.connection().local().maxActiveStreams(Integer.MAX_VALUE))
                .syncUninterruptibly();
    }

    Http2Settings settings() {
        return Await.next(settings);
    }

    /** The error code with which the server goes away. */
    Http2Error goneAway() {
        return Http2Error.valueOf(Await.next(goneAway));
    }

    /** Why the server went away, where that has come: where this side was still sending, TCP may have lost it. */
    List<Http2Error> reasonsOfEnd() {
        return goneAway.stream().map(Http2Error::valueOf).toList();
    }

    void expectEnd() {
        channel.closeFuture().syncUninterruptibly();
    }

    @Override
    public void close() {
        // A loop that ends while it is at its tasks leaves its sockets open.
        channel.eventLoop()
                .submit(() -> channel.unsafe().close(channel.voidPromise()))
                .syncUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Sorts what comes. */
    private final class Frames extends Http2ChannelDuplexHandler {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (message instanceof Http2StreamFrame frame) {
                    Stream stream = streams.get(frame.stream());
                    if (stream != null) {
                        stream.came(frame);
                    }
                } else if (message instanceof Http2SettingsFrame frame) {
                    settings.add(frame.settings());
                } else if (message instanceof Http2GoAwayFrame frame) {
                    goneAway.add(frame.errorCode());
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }
}
