// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Loop;
import io.wherry.spi.ServerContext;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server's end of an HTTP connection: one request after the other comes in and is answered. Confined to its loop, but for
 * {@link #stop}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class HttpServerConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServerConnection.class);
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final HttpPort port;
    private final Loop loop;
    private final Wire wire;
    private final Holds holds;
    /** Null while there is none that is near: for as long as an answer goes on. */
    private @Nullable Deadline deadline;

    private @Nullable Channel channel;
    private @Nullable HttpExchange exchange;
    private @Nullable Incoming incoming;
    private @Nullable HttpStream stream;
    private @Nullable Throwable failure;
    private long unread;
    private boolean whole;
    private boolean keepsAlive;
    private boolean timesRequest;
    private boolean waitsForRoom;
    private boolean upgraded;
    private boolean stopping;

    HttpServerConnection(HttpPort port, Loop loop, Holds holds, Wire wire) {
        this.port = port;
        this.loop = loop;
        this.holds = holds;
        this.wire = wire;
    }

    ServerContext context() {
        return port.context();
    }

    Loop loop() {
        return loop;
    }

    Holds holds() {
        return holds;
    }

    /** Ends the connection when what is under way has ended, or after so many nanoseconds; any thread. */
    void stop(long nanos) {
        loop.execute(() -> {
            stopping = true;
            keepsAlive = false;
            if (exchange == null && stream == null && !upgraded && !wire.isForOne()) {
                wire.flush();
                channel().close();
                return;
            }
            if (stream != null) {
                stream.end();
            }
            loop.schedule(() -> channel().close(), nanos);
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        channel = added.channel();
        wire.added(added);
        timesRequest = true;
        within(context().limits().handshakeTime());
    }

    /** The connection has turned out to be another's. */
    void leave(ChannelPipeline pipeline) {
        noDeadline();
        pipeline.remove(this);
        port.remove(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        noDeadline();
        port.remove(this);
        releaseIncoming();
        @Nullable HttpExchange lost = exchange;
        @Nullable HttpStream cut = stream;
        exchange = null;
        stream = null;
        if (lost != null) {
            lost.gone();
        }
        if (cut != null) {
            cut.close(failure);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf early) {
            wire.received(early);
            return;
        }
        try {
            if (message instanceof HttpRequest request) {
                whole = !request.decoderResult().isFailure() && !hasBody(request);
                incoming = Incoming.begin(this, port, context.channel().remoteAddress(), request);
            }
            if (message instanceof HttpContent content) {
                whole |= content instanceof LastHttpContent;
                if (incoming != null) {
                    incoming.add(content);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (exchange == null && stream == null && !timesRequest && wire.hasBegun()) {
            timesRequest = true;
            within(context().limits().handshakeTime());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (stream != null) {
            stream.writabilityChanged();
        }
        if (waitsForRoom && channel().isWritable()) {
            waitsForRoom = false;
            wire.next();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("{}: {}", channel(), cause.toString());
        failure = cause;
        context.close();
    }

    /** A request has come, as far as its head. */
    void began(HttpExchange begun) {
        exchange = begun;
        keepsAlive = !wire.isForOne()
                && !stopping
                && !begun.request().decoderResult().isFailure()
                && HttpUtil.isKeepAlive(begun.request());
    }

    /** Asks for the body (RFC 9110, section 10.1.1). */
    void goOn() {
        wire.goOn();
    }

    /** The request has come whole; how long the answer takes is its route's affair. */
    void handling() {
        incoming = null;
        if (deadline != null) {
            deadline.clear();
        }
    }

    void respond(HttpExchange answered, HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        complete(answered, headers);
        boolean bodiless = status.code() == 204 || status.code() == 304;
        if (!bodiless) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        }
        boolean hidden = bodiless || answered.method().equals(HttpMethod.HEAD);
        wire.respond(status, headers, hidden ? Unpooled.EMPTY_BUFFER : content.retainedDuplicate());
        answered();
    }

    /** Whether an answer can be one that says nothing of the connection. */
    boolean takesCommon(HttpExchange asking) {
        return wire.isForOne() || (keepsAlive && whole && asking.isChunkable());
    }

    /** Answers with bytes that are made already, where {@link HttpExchange#isCommon}. */
    void respond(AnswerHead head, ByteBuf content) {
        wire.respond(head, content);
        answered();
    }

    HttpStream stream(HttpExchange answered, HttpResponseStatus status, HttpHeaders headers) {
        boolean chunked = answered.isChunkable();
        keepsAlive &= chunked;
        complete(answered, headers);
        headers.set("X-Accel-Buffering", "no");
        HttpStream begun = new HttpStream(this, wire, chunked);
        if (answered.method().equals(HttpMethod.HEAD)) {
            wire.respond(status, headers, Unpooled.EMPTY_BUFFER);
            begun.close(null);
            answered();
            return begun;
        }
        noDeadline();
        exchange = null;
        stream = begun;
        wire.begin(status, headers, chunked);
        return begun;
    }

    void endStream(HttpStream ended) {
        if (stream == ended) {
            ended.ending();
            stream = null;
            wire.end();
            ended.close(null);
            answered();
        }
    }

    void upgrade(HttpExchange answered, HttpHeaders headers, ChannelHandler... handlers) {
        port.origins().expose(answered.headers(), headers);
        noDeadline();
        exchange = null;
        upgraded = true;
        port.upgraded(this, channel());
        wire.upgrade(headers, handlers);
    }

    /** Adds what the answers to all peers have. */
    static void addCommon(HttpHeaders headers) {
        headers.set("X-Content-Type-Options", "nosniff");
        if (!headers.contains(HttpHeaderNames.CACHE_CONTROL)) {
            headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        }
    }

    /** Adds the headers that every answer has. */
    private void complete(HttpExchange answered, HttpHeaders headers) {
        addCommon(headers);
        port.origins().expose(answered.headers(), headers);
        keepsAlive &= whole;
        wire.addPersistence(headers, keepsAlive, answered.isCloseDelimited());
    }

    /** Goes on after an answer. */
    private void answered() {
        exchange = null;
        releaseIncoming();
        if (!channel().isActive()) {
            return;
        }
        if (!keepsAlive) {
            closeAfterAnswer();
            return;
        }
        timesRequest = false;
        within(context().limits().idleTime());
        if (channel().isWritable()) {
            wire.next();
        } else {
            waitsForRoom = true;
            unread = channel().bytesBeforeWritable();
        }
    }

    /** A close with input unread would reset the connection, and the peer might lose the answer. */
    private void closeAfterAnswer() {
        wire.discard();
        if (whole) {
            // A peer that reads no more is not waited for; one that reads, however slowly, is.
            unread = channel().bytesBeforeWritable();
            within(context().limits().idleTime());
            wire.closeWhenSent();
        } else {
            timesRequest = true;
            within(LINGER);
        }
    }

    private void releaseIncoming() {
        if (incoming != null) {
            incoming.release();
            incoming = null;
        }
    }

    private static boolean hasBody(HttpRequest request) {
        if (request instanceof Http2Request onStream) {
            return onStream.hasBody();
        }
        return HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0;
    }

    /** Something must have happened in so much time. */
    private void within(Duration time) {
        Deadline set = deadline;
        if (set == null) {
            set = new Deadline(loop, wire.isForOne() ? holds : null, this::late);
            deadline = set;
        }
        set.in(time);
    }

    private void noDeadline() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    private void late() {
        @Nullable HttpExchange slow = exchange;
        if (slow != null && !slow.isAnswered()) {
            slow.problem(
                    new WherryException(ErrorCode.TIMEOUT, "request: not here in time (wherry.limits.handshake-time)"));
        } else if ((keepsAlive || whole) && isBeingRead()) {
            within(context().limits().idleTime());
        } else {
            channel().close();
        }
    }

    /** Whether the peer has taken some of a long answer since this was asked before. */
    private boolean isBeingRead() {
        long before = unread;
        unread = channel().bytesBeforeWritable();
        return unread > 0 && (before == 0 || unread < before);
    }

    Channel channel() {
        return Objects.requireNonNull(channel, "channel");
    }
}
