// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.HttpConversionUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call's stream on an HTTP/2 connection. It knows whether the server can have taken notice of a request that was not
 * answered. Confined to its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the stream.
final class Http2ClientStream extends ChannelInboundHandlerAdapter implements CallCarrier {

    private static final Logger LOG = LoggerFactory.getLogger(Http2ClientStream.class);

    private final Http2ClientConnection connection;
    private final boolean isFirst;
    private @Nullable Channel channel;
    private @Nullable PooledCall call;
    private @Nullable Throwable failure;
    private boolean readable = true;
    private boolean answering;
    private boolean isSent;
    /** Whether the server has said that it did nothing about the request. */
    private boolean isRefused;

    private boolean isOver;

    /**
     * Makes one that has sent nothing.
     *
     * @param isFirst whether its connection has served no call before: what it loses is not lost because it was kept
     */
    Http2ClientStream(Http2ClientConnection connection, boolean isFirst) {
        this.connection = connection;
        this.isFirst = isFirst;
    }

    @Override
    public void send(PooledCall next, HttpClientRequest request) {
        call = next;
        connection.open(this).addListener(opened -> {
            if (opened.isSuccess()) {
                write((Channel) opened.getNow(), request);
            } else {
                failure = opened.cause();
                over();
            }
        });
    }

    private void write(Channel stream, HttpClientRequest request) {
        channel = stream;
        if (call == null) {
            stream.close();
            return;
        }
        stream.config().setAutoRead(readable);
        boolean hasBody = request.body().isReadable();
        stream.write(new DefaultHttp2HeadersFrame(headers(request), !hasBody)).addListener(sent -> {
            isSent = sent.isSuccess();
            if (!isSent) {
                failure = sent.cause();
                stream.close();
            }
        });
        if (hasBody) {
            stream.write(new DefaultHttp2DataFrame(
                    Unpooled.unreleasableBuffer(request.body().duplicate()), true));
        }
        stream.flush();
    }

    private static Http2Headers headers(HttpClientRequest request) {
        URI uri = request.uri();
        HttpHeaders given = request.headers().copy();
        if (request.body().isReadable() || request.method().equals(HttpMethod.POST)) {
            given.set(HttpHeaderNames.CONTENT_LENGTH, request.body().readableBytes());
        }
        Http2Headers headers = new DefaultHttp2Headers()
                .method(request.method().asciiName())
                .scheme(HttpConnector.isSecure(uri) ? "https" : "http")
                .authority(HttpConnector.host(uri))
                .path(HttpClientConnection.target(uri));
        HttpConversionUtil.toHttp2Headers(given, headers);
        return headers;
    }

    /** What had come already when no more was welcome comes in a later turn of the loop, as it does from a socket. */
    @Override
    public void readable(boolean welcome) {
        readable = welcome;
        Channel stream = channel;
        if (stream == null) {
            return;
        }
        if (welcome) {
            stream.eventLoop().execute(() -> stream.config().setAutoRead(readable));
        } else {
            stream.config().setAutoRead(false);
        }
    }

    @Override
    public void abandon() {
        call = null;
        connection.gaveUp();
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof Http2HeadersFrame head) {
                head(ctx, head);
            } else if (message instanceof Http2DataFrame data) {
                if (call != null && data.content().isReadable()) {
                    call.bytes(data.content());
                }
                if (data.isEndStream()) {
                    end(ctx);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(ChannelHandlerContext ctx, Http2HeadersFrame frame) {
        if (call != null && !answering) {
            try {
                int status =
                        HttpConversionUtil.parseStatus(frame.headers().status()).code();
                if (status < 200) {
                    return;
                }
                HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
                HttpConversionUtil.addHttp2ToHttpHeaders(
                        frame.stream().id(), frame.headers(), headers, HttpVersion.HTTP_1_1, false, false);
                answering = true;
                call.head(status, headers);
            } catch (Http2Exception e) {
                failure = e;
                ctx.close();
                return;
            }
        }
        if (frame.isEndStream()) {
            end(ctx);
        }
    }

    private void end(ChannelHandlerContext ctx) {
        PooledCall answered = call;
        call = null;
        connection.hasAnswered();
        // Where the server has answered before it had the whole request, it is told that no more comes.
        ctx.close();
        if (answered != null) {
            answered.ended();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (call != null) {
            call.bytesComplete();
        }
    }

    /** What ends the stream comes before what is still to be read of it; the call hears of the end when all is read. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            isRefused |= reset.errorCode() == Http2Error.REFUSED_STREAM.code();
            failure = new IllegalStateException("reset by the server, " + Http2Error.valueOf(reset.errorCode()));
            if (isRefused) {
                connection.retire();
            }
        } else if (event instanceof Http2GoAwayFrame) {
            isRefused = true;
            failure = new IllegalStateException("the server goes away");
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
        failure = cause;
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over();
    }

    private void over() {
        if (isOver) {
            return;
        }
        isOver = true;
        PooledCall lost = call;
        call = null;
        connection.ended();
        if (lost != null) {
            boolean isUntouched = !isSent || isRefused;
            lost.lost(answering, isUntouched || !isFirst, failure == null ? connection.failure() : failure);
        }
    }
}
