// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.wherry.spi.Loop;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's end of an HTTP/1.1 connection: one call at a time. Confined to its loop. */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class HttpClientConnection extends ChannelInboundHandlerAdapter implements CallCarrier {

    private static final Logger LOG = LoggerFactory.getLogger(HttpClientConnection.class);

    private final OriginPool origin;
    private final Deadline idle;
    private @Nullable Channel channel;
    private @Nullable PooledCall call;
    private @Nullable Runnable onLost;
    private @Nullable Throwable failure;
    /** Whether it has served a call before. */
    private boolean used;

    private boolean answering;
    private boolean informs;
    private boolean keepsAlive;
    private boolean hasRead;

    HttpClientConnection(Loop loop, OriginPool origin) {
        this.origin = origin;
        this.idle = new Deadline(loop, this::close);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        channel = added.channel();
    }

    /** Whether another call can be tried. */
    boolean isUsable() {
        return channel().isActive();
    }

    /** Waits for a call. */
    void idle(Duration time, Runnable lost) {
        onLost = lost;
        idle.in(time);
    }

    /** Waits no more. */
    void taken() {
        onLost = null;
        idle.clear();
    }

    @Override
    public void send(PooledCall next, HttpClientRequest request) {
        call = next;
        answering = false;
        HttpHeaders headers = request.headers().copy();
        headers.set(HttpHeaderNames.HOST, HttpConnector.host(request.uri()));
        if (request.body().isReadable() || request.method().equals(HttpMethod.POST)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, request.body().readableBytes());
        }
        DefaultFullHttpRequest message = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                request.method(),
                target(request.uri()),
                Unpooled.unreleasableBuffer(request.body().duplicate()),
                headers,
                EmptyHttpHeaders.INSTANCE);
        channel().writeAndFlush(message).addListener(sent -> {
            if (!sent.isSuccess()) {
                failure = sent.cause();
                close();
            }
        });
    }

    /** What a request line or {@code :path} says. */
    static String target(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    @Override
    public void readable(boolean readable) {
        channel().config().setAutoRead(readable);
    }

    void close() {
        channel().close();
    }

    @Override
    public void abandon() {
        call = null;
        close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        hasRead = true;
        try {
            if (message instanceof HttpResponse response) {
                head(response);
            }
            if (message instanceof HttpContent content) {
                content(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(HttpResponse response) {
        if (call == null || response.decoderResult().isFailure()) {
            failure = response.decoderResult().cause();
            close();
            return;
        }
        informs = response.status().code() < 200;
        if (!informs) {
            answering = true;
            keepsAlive = HttpUtil.isKeepAlive(response);
            call.head(response.status().code(), response.headers());
        }
    }

    private void content(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            failure = content.decoderResult().cause();
            close();
            return;
        }
        boolean last = content instanceof LastHttpContent;
        if (informs) {
            informs = !last;
            return;
        }
        if (call != null && content.content().isReadable()) {
            call.bytes(content.content());
        }
        if (last && call != null && answering) {
            PooledCall answered = call;
            call = null;
            answering = false;
            used = true;
            channel().config().setAutoRead(true);
            if (keepsAlive && channel().isActive()) {
                origin.giveBack(this);
            } else {
                close();
            }
            answered.ended();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Not at the end of the connection, which is no sign of life.
        if (call != null && hasRead) {
            call.bytesComplete();
        }
        hasRead = false;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        idle.cancel();
        if (onLost != null) {
            onLost.run();
        }
        PooledCall lost = call;
        call = null;
        if (lost != null) {
            // A server may close a connection that was kept just when the next request comes.
            lost.lost(answering, used, failure);
        }
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
