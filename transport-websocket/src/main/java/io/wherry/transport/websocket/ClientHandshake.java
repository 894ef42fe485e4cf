// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.transport.http.HttpConnector;
import io.wherry.transport.http.Problem;
import io.wherry.transport.http.ReadingRequest;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's opening handshake (RFC 6455, section 4.1): asks for the upgrade, checks the answer, and gives its place in the
 * pipeline to the handlers of the open WebSocket. Confined to its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class ClientHandshake extends ChannelInboundHandlerAdapter {

    private static final SecureRandom KEYS = new SecureRandom();
    private static final int MAX_PROBLEM = 64 * 1024;

    private final Request request;
    private final Outcome outcome;
    private final String key = newKey();
    private @Nullable HttpResponse response;
    private boolean isAccepted;
    private boolean compression;
    private @Nullable ByteBuf body;
    private @Nullable ScheduledFuture<?> timeout;
    private boolean isDone;

    /**
     * What is asked for.
     *
     * @param uri where, of scheme http, https, ws or wss
     * @param headers the application's headers, which become the request's own
     * @param compression whether permessage-deflate is offered
     * @param timeout how long the answer may take
     */
    record Request(URI uri, HttpHeaders headers, boolean compression, Duration timeout) {

        private String target() {
            String path = uri.getRawPath();
            String query = uri.getRawQuery();
            return (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
        }
    }

    /** Who is told how it went. One of the two is called, once. */
    interface Outcome {

        /**
         * The server has accepted.
         *
         * @param compression whether permessage-deflate was agreed on
         * @return the handlers of the open WebSocket
         */
        ChannelHandler[] accepted(boolean compression);

        /** The server has refused, broken the rules, or gone away. */
        void refused(WherryException why);
    }

    ClientHandshake(Request request, Outcome outcome) {
        this.request = request;
        this.outcome = outcome;
    }

    private static String newKey() {
        byte[] bytes = new byte[OpeningHandshake.KEY_LENGTH];
        KEYS.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        request.headers
                .set(HttpHeaderNames.HOST, HttpConnector.host(request.uri))
                .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key)
                .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, OpeningHandshake.VERSION)
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, ReadingRequest.PROTOCOL);
        if (request.compression) {
            request.headers.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, Compression.OFFER);
        }
        ctx.writeAndFlush(
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1,
                        HttpMethod.GET,
                        request.target(),
                        Unpooled.EMPTY_BUFFER,
                        request.headers,
                        EmptyHttpHeaders.INSTANCE),
                ctx.voidPromise());
        timeout = ctx.executor()
                .schedule(
                        () -> refuse(
                                ctx, new WherryException(ErrorCode.TIMEOUT, "websocket: no answer to the handshake")),
                        request.timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (isDone) {
                return;
            }
            if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
                throw bad("answer: not HTTP (expected: HTTP/1.1 101)");
            }
            if (message instanceof HttpResponse head) {
                response = head;
                isAccepted = head.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
                compression = isAccepted && check(head.headers());
            }
            if (message instanceof HttpContent content && response != null) {
                take(ctx, response, content);
            }
        } catch (WherryException e) {
            refuse(ctx, e);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void take(ChannelHandlerContext ctx, HttpResponse head, HttpContent content) {
        if (isAccepted) {
            if (content instanceof LastHttpContent) {
                accept(ctx);
            }
            return;
        }
        ByteBuf joined = body;
        if (joined == null) {
            joined = ctx.alloc().buffer();
            body = joined;
        }
        boolean isTooLong = joined.readableBytes() + content.content().readableBytes() > MAX_PROBLEM;
        if (!isTooLong) {
            joined.writeBytes(content.content());
        }
        if (isTooLong || content instanceof LastHttpContent) {
            throw Problem.read(head.status().code(), head.headers(), joined);
        }
    }

    private void accept(ChannelHandlerContext ctx) {
        isDone = true;
        String after = ctx.name();
        for (ChannelHandler handler : outcome.accepted(compression)) {
            ctx.pipeline().addAfter(after, null, handler);
            after = ctx.pipeline().context(handler).name();
        }
        ctx.pipeline().remove(this);
        // Frames that came with the answer go to the first of the new handlers.
        ctx.pipeline().remove(HttpClientCodec.class);
    }

    /** Checks the answer; tells whether compression was agreed on. */
    private boolean check(HttpHeaders headers) {
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                || !headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
            throw bad("answer: 101 without Upgrade: websocket and Connection: Upgrade");
        }
        @Nullable String accept = headers.get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT);
        if (accept == null || !accept.trim().equals(OpeningHandshake.acceptFor(key))) {
            throw bad("Sec-WebSocket-Accept: " + quote(accept) + " (expected: the one for the key that was sent)");
        }
        @Nullable String protocol = headers.get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        if (protocol == null || !protocol.trim().equals(ReadingRequest.PROTOCOL)) {
            throw bad("Sec-WebSocket-Protocol: " + quote(protocol) + " (expected: " + ReadingRequest.PROTOCOL + ")");
        }
        String extensions = String.join(",", headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
        if (extensions.isBlank()) {
            return false;
        }
        if (!request.compression || !Compression.accepts(extensions)) {
            throw bad("Sec-WebSocket-Extensions: " + quote(extensions) + " (expected: what was offered)");
        }
        return true;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        refuse(ctx, new WherryException(ErrorCode.UNAVAILABLE, "websocket: the server closed before it answered"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        refuse(ctx, new WherryException(ErrorCode.UNAVAILABLE, "websocket: " + cause.getMessage(), cause));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf held = body;
        body = null;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (held != null) {
            held.release();
        }
    }

    /** Gives up, where it was not done already. */
    void refuse(ChannelHandlerContext ctx, WherryException why) {
        if (!isDone) {
            isDone = true;
            outcome.refused(why);
            ctx.close();
        }
    }

    private static String quote(@Nullable String value) {
        return value == null ? "none" : WherryException.quote(value);
    }

    /** Something between here and there does not speak WebSocket: another transport may get through. */
    private static WherryException bad(String message) {
        return new WherryException(ErrorCode.UNAVAILABLE, "websocket: " + message);
    }
}
