// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's end of an HTTP/2 connection: as many calls at a time as the server takes, each on a {@link Http2ClientStream}.
 * Confined to its loop.
 *
 * <p>When a call is given up after nothing has come from the server for a while, the way there may be dead: the connection
 * {@link #takesMore no more} calls before the server has given a sign of life, for which it is asked by a PING. What goes on
 * without one for too long is closed, with all its calls.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class Http2ClientConnection extends ChannelInboundHandlerAdapter {

    /** How much of one response may wait here to be read. */
    private static final int STREAM_WINDOW = 1 << 20;
    /** So much that responses that wait cannot hold the others up: each is bounded by its own window. */
    private static final int CONNECTION_WINDOW = 1 << 30;
    /** A server that was heard of later than this ago can be taken to live. */
    private static final long FRESH_NANOS = Duration.ofMillis(100).toNanos();
    /** After so much silence a request goes with a PING, so that a way that has died meanwhile is noticed soon. */
    private static final long QUIET_NANOS = Duration.ofSeconds(5).toNanos();

    private static final Logger LOG = LoggerFactory.getLogger(Http2ClientConnection.class);

    private final Loop loop;
    private final int maxHeader;
    private final Duration patience;
    private final Deadline pong;
    private final Deadline idle;
    private final CompletableFuture<Http2ClientConnection> ready = new CompletableFuture<>();
    private @Nullable Duration idleTime;
    private @Nullable Runnable onGone;
    private @Nullable Channel channel;
    private @Nullable Throwable failure;
    private long heardNanos;
    private long maxStreams = Integer.MAX_VALUE;
    private int streams;
    private boolean isSuspect;
    private boolean isPinged;
    private boolean isRetired;
    private boolean hasAnswered;

    /**
     * Makes one whose server has yet to show that it speaks HTTP/2.
     *
     * @param maxHeader the bound of a response's head
     * @param patience how long to wait for what a server sends without doubt: its settings, and the answer to a PING
     */
    Http2ClientConnection(Loop loop, int maxHeader, Duration patience) {
        this.loop = loop;
        this.maxHeader = maxHeader;
        this.patience = patience;
        this.pong = new Deadline(loop, this::silent);
        this.idle = new Deadline(loop, this::close);
        this.heardNanos = loop.nanoTime();
    }

    /** The handlers of its pipeline, after TLS. */
    ChannelHandler[] handlers() {
        return new ChannelHandler[] {
            new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    heard();
                    ctx.fireChannelRead(message);
                }
            },
            Http2FrameCodecBuilder.forClient()
                    .initialSettings(Http2Settings.defaultSettings()
                            .pushEnabled(false)
                            .initialWindowSize(STREAM_WINDOW)
                            .maxHeaderListSize(maxHeader))
                    .gracefulShutdownTimeoutMillis(0)
                    .build(),
            new Http2MultiplexHandler(QuietTail.INSTANCE),
            this
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        ctx.writeAndFlush(new DefaultHttp2WindowUpdateFrame(CONNECTION_WINDOW));
        pong.in(patience);
    }

    /** Completes when the server has sent its settings; fails when it has not. */
    CompletionStage<Http2ClientConnection> ready() {
        return ready;
    }

    /**
     * Sets what is done about its end.
     *
     * @param time after how long without a call it is closed
     * @param gone run when it takes no more calls for good
     */
    void keep(Duration time, Runnable gone) {
        idleTime = time;
        onGone = gone;
        letGo();
    }

    /** Whether it can take another call now. */
    boolean takesMore() {
        return !isRetired && !isSuspect && streams < maxStreams && channel().isActive();
    }

    /** Takes another call. */
    Http2ClientStream newStream() {
        streams++;
        idle.clear();
        if (loop.nanoTime() - heardNanos > QUIET_NANOS) {
            ping();
        }
        return new Http2ClientStream(this, !hasAnswered);
    }

    Future<Http2StreamChannel> open(Http2ClientStream stream) {
        return new Http2StreamChannelBootstrap(channel()).handler(stream).open();
    }

    /** It has served a call. */
    void hasAnswered() {
        hasAnswered = true;
    }

    /** A call was given up. */
    void gaveUp() {
        if (loop.nanoTime() - heardNanos > FRESH_NANOS && channel().isActive()) {
            isSuspect = true;
            ping();
        }
    }

    /** A stream has ended. */
    void ended() {
        streams--;
        letGo();
    }

    private void letGo() {
        Duration time = idleTime;
        if (streams == 0 && isRetired) {
            close();
        } else if (streams == 0 && time != null && channel().isActive()) {
            idle.in(time);
        }
    }

    /** Takes no more calls; it is closed when the last has ended. */
    void retire() {
        if (!isRetired) {
            isRetired = true;
            Runnable gone = onGone;
            onGone = null;
            if (gone != null) {
                gone.run();
            }
            letGo();
        }
    }

    private void ping() {
        if (!isPinged) {
            isPinged = true;
            channel().writeAndFlush(new DefaultHttp2PingFrame(heardNanos));
            pong.in(patience);
        }
    }

    private void heard() {
        heardNanos = loop.nanoTime();
        if (ready.isDone()) {
            isSuspect = false;
            isPinged = false;
            pong.clear();
        }
    }

    private void silent() {
        failure = new WherryException(
                ErrorCode.TIMEOUT,
                (ready.isDone() ? "no answer to a PING within " : "no settings of HTTP/2 within ") + patience.toMillis()
                        + " ms");
        close();
    }

    private void close() {
        channel().close();
    }

    /** Why it has ended, where that is known. */
    @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2SettingsFrame frame) {
            @Nullable Long max = frame.settings().maxConcurrentStreams();
            if (max != null) {
                maxStreams = max;
            }
            ready.complete(this);
            heard();
        } else if (message instanceof Http2GoAwayFrame) {
            retire();
        }
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        pong.cancel();
        idle.cancel();
        retire();
        ready.completeExceptionally(new WherryException(
                ErrorCode.UNAVAILABLE,
                "closed before the settings of HTTP/2" + (failure == null ? "" : ": " + failure)));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
        failure = cause;
        close();
    }

    private Channel channel() {
        return Objects.requireNonNull(channel, "channel");
    }
}
