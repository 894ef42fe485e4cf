// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.ReferenceCountUtil;
import io.wherry.spi.Loop;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's end of a connection of HTTP/2: each of its streams is a channel with an {@link HttpServerConnection} of its own, on
 * the same loop. Confined to that loop, but for {@link #stop}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class Http2ServerConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(Http2ServerConnection.class);
    /** How much may come on a stream that is not read. */
    private static final int STREAM_WINDOW = Http2CodecUtil.DEFAULT_WINDOW_SIZE;
    /** Answers to SETTINGS, PING and resets that wait for a peer that does not read. */
    private static final int MAX_QUEUED_CONTROL_FRAMES = 1000;
    /**
     * Streams that a peer resets, or has the server reset, in a time; all that there are may be, many times over: a client whose channels come
     * and go gives up a poll with each, and one that resets to do harm is far faster.
     */
    private static final int MIN_RESETS = 200;

    private static final int RESETS_FOR_A_STREAM = 40;
    private static final int RESETS_SECONDS = 30;
    /** Flushes of streams that become one. */
    private static final int FLUSHES = 256;

    private final HttpPort port;
    private final Loop loop;
    private final Holds holds;
    private final Http2FrameCodec codec;
    private final Deadline deadline;
    private @Nullable Channel channel;
    private int streams;

    private Http2ServerConnection(HttpPort port, Loop loop, Holds holds, Http2FrameCodec codec) {
        this.port = port;
        this.loop = loop;
        this.holds = holds;
        this.codec = codec;
        this.deadline = new Deadline(loop, this::late);
    }

    /** Puts what makes a connection HTTP/2's before the last handler of a pipeline. */
    static Http2ServerConnection addTo(ChannelPipeline pipeline, HttpPort port, Loop loop, Holds holds) {
        Http2FrameCodec codec = codec(port);
        Http2ServerConnection connection = new Http2ServerConnection(port, loop, holds, codec);
        QuietTail.addBefore(
                pipeline,
                codec,
                new FlushConsolidationHandler(FLUSHES, true),
                new Http2MultiplexHandler(connection.new Streams()),
                connection);
        return connection;
    }

    private static Http2FrameCodec codec(HttpPort port) {
        int maxStreams = port.context().config().get(HttpKeys.HTTP2_STREAMS);
        int resets = Math.max(MIN_RESETS, RESETS_FOR_A_STREAM * maxStreams);
        Http2Settings settings = new Http2Settings()
                .maxConcurrentStreams(maxStreams)
                .initialWindowSize(STREAM_WINDOW)
                .maxHeaderListSize(port.context().limits().header());
        if (port.takesConnect()) {
            settings.connectProtocolEnabled(true);
        }
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(settings)
                .encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES)
                .decoderEnforceMaxRstFramesPerWindow(resets, RESETS_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(resets, RESETS_SECONDS)
                .build();
        // Also before the peer has acknowledged it.
        codec.connection().remote().maxActiveStreams(maxStreams);
        return codec;
    }

    /** Opens the connection's window so far that streams that are not read cannot stop the others (RFC 9113, section 5.2). */
    private void openWindow(ChannelHandlerContext context) throws Http2Exception {
        int others = port.context().config().get(HttpKeys.HTTP2_STREAMS) - 1;
        if (others > 0) {
            codec.connection()
                    .local()
                    .flowController()
                    .incrementWindowSize(codec.connection().connectionStream(), others * STREAM_WINDOW);
            context.flush();
        }
    }

    /** Takes no new streams, and ends the connection when those there are have ended, or after so many nanoseconds; any thread. */
    void stop(long nanos) {
        loop.execute(() -> {
            codec.gracefulShutdownTimeoutMillis(TimeUnit.NANOSECONDS.toMillis(nanos));
            channel().close();
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) throws Http2Exception {
        channel = added.channel();
        deadline.in(port.context().limits().handshakeTime());
        openWindow(added);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // Settings, pings, and that the peer goes away: the codec has done what is due.
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        deadline.cancel();
        port.remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{}: {}", context.channel(), cause.toString());
        if (!(cause instanceof Http2Exception)) {
            // The codec ends a connection that breaks HTTP's rules, and says what for.
            channel().close();
        }
    }

    private void opened(Channel stream) {
        streams++;
        deadline.clear();
        stream.closeFuture().addListener(closed -> closed());
        Http2Wire wire = new Http2Wire(loop);
        HttpServerConnection connection = new HttpServerConnection(port, loop, holds, wire);
        stream.pipeline().addLast(wire, connection, QuietTail.INSTANCE);
        port.add(connection);
    }

    private void closed() {
        streams--;
        if (streams == 0) {
            deadline.in(port.context().limits().idleTime());
        }
    }

    private void late() {
        if (streams == 0) {
            channel().close();
        }
    }

    private Channel channel() {
        return Objects.requireNonNull(channel, "channel");
    }

    /** Sets up each stream. */
    private final class Streams extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel stream) {
            opened(stream);
        }
    }
}
