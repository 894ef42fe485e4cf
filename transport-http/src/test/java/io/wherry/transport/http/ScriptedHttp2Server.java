// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.wherry.testkit.Await;
import io.wherry.testkit.TestCertificate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A server of HTTP/2 that is not ours, and does what a test says. */
@SuppressWarnings("FutureReturnValueIgnored") // what did not arrive, the test misses
final class ScriptedHttp2Server implements AutoCloseable {

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("scripted-http2", true), NioIoHandler.newFactory());
    private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Channel listening;
    private final boolean isSecure;

    /** Listens without TLS. */
    ScriptedHttp2Server(Http2Settings settings) {
        this(settings, null);
    }

    /** Listens with TLS, and takes HTTP/2 by ALPN. */
    ScriptedHttp2Server(Http2Settings settings, @Nullable TestCertificate certificate) {
        SslContext tls = certificate == null ? null : tls(certificate);
        isSecure = tls != null;
        listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline()
                                .addLast(
                                        Http2FrameCodecBuilder.forServer()
                                                .initialSettings(settings)
                                                .gracefulShutdownTimeoutMillis(0)
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                                            @Override
                                            protected void initChannel(Channel stream) {
                                                stream.pipeline().addLast(new Stream((Http2StreamChannel) stream));
                                            }
                                        }),
                                        QuietTail.INSTANCE);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private static SslContext tls(TestCertificate certificate) {
        try {
            return SslContextBuilder.forServer(
                            certificate.certificate().toFile(),
                            certificate.key().toFile())
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            "h2",
                            "http/1.1"))
                    .build();
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
    }

    URI uri(String path) {
        int port = ((InetSocketAddress) listening.localAddress()).getPort();
        return URI.create((isSecure ? "https://localhost:" : "http://127.0.0.1:") + port + path);
    }

    /** The next request, whole. */
    Stream next() {
        return Await.next(streams);
    }

    /** How many requests have come that nobody took. */
    int waiting() {
        return streams.size();
    }

    /** How many connections have come. */
    int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** A request and its answer. */
    final class Stream extends ChannelInboundHandlerAdapter {

        private final Http2StreamChannel channel;
        private final ByteBuf received = Unpooled.buffer();
        private final BlockingQueue<Http2Error> resets = new LinkedBlockingQueue<>();
        private @Nullable Http2Headers headers;

        Stream(Http2StreamChannel channel) {
            this.channel = channel;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            boolean isWhole = false;
            if (message instanceof Http2HeadersFrame frame) {
                headers = frame.headers();
                isWhole = frame.isEndStream();
            } else if (message instanceof Http2DataFrame frame) {
                received.writeBytes(frame.content());
                isWhole = frame.isEndStream();
            }
            ReferenceCountUtil.release(message);
            if (isWhole) {
                streams.add(this);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                resets.add(Objects.requireNonNull(Http2Error.valueOf(reset.errorCode())));
            }
            ReferenceCountUtil.release(event);
        }

        int id() {
            return channel.stream().id();
        }

        Http2Headers headers() {
            return Objects.requireNonNull(headers, "headers");
        }

        String path() {
            return String.valueOf(headers().path());
        }

        String body() {
            return received.toString(StandardCharsets.UTF_8);
        }

        boolean isOnConnectionOf(Stream other) {
            return channel.parent() == other.channel.parent();
        }

        /** The error with which the client has given it up. */
        Http2Error nextReset() {
            return Await.next(resets);
        }

        Stream head(int status, boolean isAll) {
            channel.writeAndFlush(new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers().status(Integer.toString(status)).set("content-type", "text/plain"),
                    isAll));
            return this;
        }

        Stream data(String text, boolean isLast) {
            channel.writeAndFlush(
                    new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), isLast));
            return this;
        }

        /** Answers 200. */
        void answer(String text) {
            head(200, false).data(text, true);
        }

        void reset(Http2Error error) {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(error));
        }

        /** Says on its connection that streams after one were not looked at. */
        void goAway(int lastStreamId) {
            channel.eventLoop().execute(() -> {
                Http2FrameCodec codec = channel.parent().pipeline().get(Http2FrameCodec.class);
                ChannelHandlerContext ctx = channel.parent().pipeline().context(codec);
                codec.goAway(ctx, lastStreamId, 0, Unpooled.EMPTY_BUFFER, ctx.newPromise());
                ctx.flush();
            });
        }

        /** Cuts its connection. */
        void cut() {
            channel.eventLoop().execute(() -> channel.parent().unsafe().closeForcibly());
        }

        /** Reads no more on its connection, so that nothing is answered any more. */
        void stall() {
            CountDownLatch done = new CountDownLatch(1);
            channel.eventLoop().execute(() -> {
                channel.parent().config().setAutoRead(false);
                done.countDown();
            });
            Await.open(done);
        }

        /** Waits for the end of its connection. */
        void expectEnd() {
            CountDownLatch ended = new CountDownLatch(1);
            channel.parent().closeFuture().addListener(closed -> ended.countDown());
            Await.open(ended);
        }
    }
}
