// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.transport.http.HttpPort.Route;
import java.net.SocketAddress;
import java.security.Principal;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way in: its head is checked, its body collected, its sender made known; then its route has it. What is
 * wrong is answered at once. Confined to its connection's loop.
 */
final class Incoming {

    private static final Query NOTHING = Query.of("");
    private static final int FIRST_BODY_SIZE = 8 * 1024;

    private final HttpServerConnection connection;
    private final HttpExchange exchange;
    private final Route route;
    private @Nullable ByteBuf body;
    private boolean whole;
    private boolean known;

    private Incoming(HttpServerConnection connection, HttpExchange exchange, Route route) {
        this.connection = connection;
        this.exchange = exchange;
        this.route = route;
    }

    /**
     * Takes the head of a request.
     *
     * @return the request on its way, null when it was answered
     */
    static @Nullable Incoming begin(
            HttpServerConnection connection, HttpPort port, @Nullable SocketAddress remote, HttpRequest request) {
        @Nullable Query query = query(request);
        @Nullable Route route = query == null ? null : port.find(query.path());
        Query asked = query == null ? NOTHING : query;
        RequestHandshake handshake = new RequestHandshake(
                route == null ? HttpTransport.NAME : route.transport(),
                remote,
                request.headers(),
                asked,
                port.origins());
        HttpExchange exchange = new HttpExchange(connection, request, asked, handshake);
        connection.began(exchange);
        if (query == null) {
            exchange.problem(malformed(request), refusal(request));
        } else if (!isHostClear(request)) {
            exchange.problem(bad("Host: none, or several (expected: one)"));
        } else if (route == null) {
            exchange.problem(
                    HttpResponseStatus.NOT_FOUND,
                    bad("path: " + WherryException.quote(query.path()) + " (expected: " + port.paths() + ")"));
        } else {
            exchange.methods(route.methods());
            return begin(connection, port, exchange, route);
        }
        return null;
    }

    private static @Nullable Incoming begin(
            HttpServerConnection connection, HttpPort port, HttpExchange exchange, Route route) {
        HttpRequest request = exchange.request();
        int maxBody = port.context().limits().batch();
        if (!port.origins().allows(request.headers())) {
            exchange.problem(new WherryException(
                    ErrorCode.FORBIDDEN,
                    "Origin: " + WherryException.quote(request.headers().get(HttpHeaderNames.ORIGIN, ""))
                            + " (expected: this server's own, or one of " + HttpKeys.ALLOWED_ORIGINS + ")"));
        } else if (route.isGuarded() && port.origins().isForeignLoad(request.headers())) {
            exchange.problem(new WherryException(
                    ErrorCode.FORBIDDEN, "Sec-Fetch-Site: another (expected: a page that may read the answer)"));
        } else if (request.method().equals(HttpMethod.OPTIONS)) {
            preflight(exchange);
        } else if (!route.takes(request.method())) {
            exchange.problem(new WherryException(
                    ErrorCode.METHOD_NOT_ALLOWED,
                    "method: " + WherryException.quote(request.method().name()) + " (expected: " + exchange.allow()
                            + ")"));
        } else if (HttpUtil.getContentLength(request, 0L) > maxBody) {
            exchange.problem(tooLarge(maxBody));
        } else {
            Incoming incoming = new Incoming(connection, exchange, route);
            if (HttpUtil.is100ContinueExpected(request)) {
                connection.goOn();
            }
            incoming.identify(port);
            return incoming;
        }
        return null;
    }

    private static @Nullable Query query(HttpRequest request) {
        if (request.decoderResult().isFailure()
                || (request.protocolVersion().majorVersion() != HttpVersion.HTTP_1_1.majorVersion()
                        && !(request instanceof Http2Request))) {
            return null;
        }
        try {
            return Query.of(withoutAuthority(request.uri()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The path and query of a request target in absolute form (RFC 9112, section 3.2.2). */
    private static String withoutAuthority(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        int authority = target.indexOf("://");
        int path = authority < 0 ? -1 : target.indexOf('/', authority + 3);
        return path < 0 ? target : target.substring(path);
    }

    private static HttpResponseStatus malformed(HttpRequest request) {
        @Nullable Throwable cause = request.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
        }
        return HttpResponseStatus.BAD_REQUEST;
    }

    private static WherryException refusal(HttpRequest request) {
        @Nullable Throwable cause = request.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException || cause instanceof TooLongHttpHeaderException) {
            return new WherryException(ErrorCode.TOO_LARGE, "request head: over the limit (wherry.limits.header)");
        }
        return bad("request: malformed (expected: HTTP/1.1 with a well-formed path, query and headers)");
    }

    private static boolean isHostClear(HttpRequest request) {
        HttpHeaders headers = request.headers();
        Iterator<String> hosts = headers.valueStringIterator(HttpHeaderNames.HOST);
        if (!hosts.hasNext()) {
            return !request.protocolVersion().isKeepAliveDefault();
        }
        hosts.next();
        return !hosts.hasNext();
    }

    /** Tells a browser what the page of an allowed origin may do, and anybody else what methods there are. */
    private static void preflight(HttpExchange exchange) {
        HttpHeaders headers = HttpExchange.newHeaders();
        headers.set(HttpHeaderNames.ALLOW, exchange.allow());
        if (exchange.headers().contains(HttpHeaderNames.ORIGIN)) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, exchange.allow());
            headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, "600");
            @Nullable String wanted = exchange.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
            if (wanted != null) {
                headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, wanted);
            }
        }
        exchange.respond(HttpResponseStatus.NO_CONTENT, headers, Unpooled.EMPTY_BUFFER);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // The end of the chain takes success and failure.
    private void identify(HttpPort port) {
        if (!route.isGuarded()) {
            known = true;
            return;
        }
        if (!exchange.method().equals(HttpMethod.POST) && exchange.query().first(Tickets.PARAMETER) != null) {
            try {
                exchange.handshake(port.tickets().redeem(exchange.handshake().get()));
            } catch (WherryException e) {
                exchange.problem(e);
                return;
            }
        }
        CompletableFuture<@Nullable Principal> principal =
                port.context().acceptor().authenticate(exchange.handshake()).toCompletableFuture();
        if (principal.isDone() && !principal.isCompletedExceptionally()) {
            identified(principal.join(), null);
        } else if (principal.isDone()) {
            principal.whenComplete(this::identified);
        } else {
            principal.whenComplete((who, failure) -> connection.loop().execute(() -> identified(who, failure)));
        }
    }

    private void identified(@Nullable Principal who, @Nullable Throwable failure) {
        if (failure != null) {
            exchange.fail(failure);
        } else {
            exchange.principal(who);
            known = true;
            handleWhenReady();
        }
    }

    /** Takes a piece of the body; lent. */
    void add(HttpContent content) {
        ByteBuf bytes = content.content();
        if (exchange.isAnswered()) {
            return;
        }
        if (content.decoderResult().isFailure()) {
            exchange.problem(bad("body: malformed chunks"));
            return;
        }
        if (exchange.method().equals(HttpMethod.POST) && bytes.isReadable()) {
            int maxBody = connection.context().limits().batch();
            if (body == null && content instanceof LastHttpContent && bytes.readableBytes() <= maxBody) {
                body = bytes.retain();
                whole = true;
                handleWhenReady();
                return;
            }
            if (body == null) {
                body = connection.loop().alloc().buffer(Math.max(FIRST_BODY_SIZE, bytes.readableBytes()));
            }
            if (body.readableBytes() + (long) bytes.readableBytes() > maxBody) {
                exchange.problem(tooLarge(maxBody));
                return;
            }
            body.writeBytes(bytes);
        }
        if (content instanceof LastHttpContent) {
            whole = true;
            handleWhenReady();
        }
    }

    private void handleWhenReady() {
        if (!whole || !known || exchange.isAnswered()) {
            return;
        }
        connection.handling();
        if (body != null) {
            exchange.body(body);
        }
        try {
            route.handler().handle(exchange);
        } catch (RuntimeException e) {
            exchange.fail(e);
        } finally {
            exchange.body(Unpooled.EMPTY_BUFFER);
            release();
        }
    }

    /** Lets go of the body. */
    void release() {
        if (body != null) {
            body.release();
            body = null;
        }
    }

    private static WherryException tooLarge(int max) {
        return new WherryException(
                ErrorCode.TOO_LARGE, "body: over " + max + " bytes (expected: at most that; wherry.limits.batch)");
    }

    private static WherryException bad(String message) {
        return new WherryException(ErrorCode.BAD_REQUEST, message);
    }
}
