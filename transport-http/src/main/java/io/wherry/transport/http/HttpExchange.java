// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.WherryException;
import io.wherry.spi.Loop;
import io.wherry.spi.ServerContext;
import java.security.Principal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request, and the way to answer it. Confined to the loop of its connection.
 *
 * <p>It is answered once: what answers it a second time, or after the peer went away, has no effect.
 */
public final class HttpExchange {

    private static final Logger LOG = LoggerFactory.getLogger(HttpExchange.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final HttpServerConnection connection;
    private final HttpRequest request;
    private final Query query;
    private Supplier<Handshake> handshake;
    private @Nullable Principal principal;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;
    private @Nullable Runnable onGone;
    private Set<HttpMethod> methods = Set.of();
    private boolean answered;
    private boolean gone;

    HttpExchange(HttpServerConnection connection, HttpRequest request, Query query, RequestHandshake handshake) {
        this.connection = connection;
        this.request = request;
        this.query = query;
        this.handshake = handshake;
    }

    /** Headers for an answer, with its content type. */
    public static HttpHeaders newHeaders(String contentType) {
        return newHeaders().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    }

    /** Headers for an answer. */
    public static HttpHeaders newHeaders() {
        return DefaultHttpHeadersFactory.headersFactory().newHeaders();
    }

    /** The method; HEAD comes to routes that take GET, and its answer's body is left away. */
    public HttpMethod method() {
        return request.method();
    }

    /** The version that the peer speaks. */
    public HttpVersion version() {
        return request.protocolVersion();
    }

    /** The protocol that is asked for in place of HTTP by Extended CONNECT (RFC 8441), null for none. */
    public @Nullable String protocol() {
        return request instanceof Http2Request onStream ? onStream.protocol() : null;
    }

    /** The request's headers. */
    public HttpHeaders headers() {
        return request.headers();
    }

    /** The request as applications see it, its decoded query and its headers; made when it is asked for. Thread-safe. */
    public Supplier<Handshake> handshake() {
        return handshake;
    }

    /** From now on the request is seen as another one. */
    void handshake(Handshake now) {
        handshake = () -> now;
    }

    /** The first query parameter of a name, null when there is none. */
    public @Nullable String parameter(String name) {
        return query.first(name);
    }

    Query query() {
        return query;
    }

    /** Who asks, null for nobody known. */
    public @Nullable Principal principal() {
        return principal;
    }

    /** The body of a POST, whole, at most {@code wherry.limits.batch}. Lent until {@link HttpRoute#handle} returns. */
    public ByteBuf body() {
        return body;
    }

    /** The server. */
    public ServerContext context() {
        return connection.context();
    }

    /** The loop of the connection. */
    public Loop loop() {
        return connection.loop();
    }

    /** Whether chunked coding is used to answer: by HTTP/1.1 alone. */
    public boolean isChunkable() {
        return version().majorVersion() == 1 && version().isKeepAliveDefault();
    }

    /** Whether an answer of unknown length ends with the connection: for HTTP/1.0. */
    public boolean isCloseDelimited() {
        return !version().isKeepAliveDefault();
    }

    /** Whether it was answered, or a stream or an upgrade has begun. */
    public boolean isAnswered() {
        return answered;
    }

    /** Sets who is told when the peer goes away before the answer; at once when it has gone. */
    public void onGone(Runnable listener) {
        if (gone) {
            listener.run();
        } else {
            onGone = listener;
        }
    }

    /** Runs a step of the answer on the loop, at once when called there; what it throws is the answer. Any thread. */
    public void run(Runnable step) {
        if (!loop().inLoop()) {
            loop().execute(() -> run(step));
            return;
        }
        try {
            step.run();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Whether {@code If-None-Match} names an entity tag. */
    public boolean hasTag(String etag) {
        @Nullable String wanted = headers().get(HttpHeaderNames.IF_NONE_MATCH);
        return wanted != null
                && (wanted.equals(etag)
                        || wanted.equals("*")
                        || Arrays.stream(wanted.split(","))
                                .map(String::trim)
                                .anyMatch(tag -> tag.equals(etag) || tag.equals("W/" + etag)));
    }

    /**
     * Answers with a whole body.
     *
     * @param headers the answer's, which become its own; {@code Cache-Control: no-store} is added where they say nothing
     * @param content lent
     */
    public void respond(HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        if (!answered) {
            answered = true;
            connection.respond(this, status, headers, content);
        }
    }

    /** Whether {@link #respond(AnswerHead, ByteBuf)} can answer. */
    boolean isCommon() {
        return connection.takesCommon(this)
                && !method().equals(HttpMethod.HEAD)
                && !headers().contains(HttpHeaderNames.ORIGIN);
    }

    /**
     * Answers, where {@link #isCommon}, with a head that others are given too.
     *
     * @param content lent
     */
    void respond(AnswerHead head, ByteBuf content) {
        if (!answered) {
            answered = true;
            connection.respond(head, content);
        }
    }

    /** Runs a task after a delay that many others have; on the loop, and cancelled there. */
    Loop.Timer hold(long nanos, Runnable task) {
        return connection.holds().in(nanos, task);
    }

    /** Answers without a body. */
    public void respond(HttpResponseStatus status) {
        respond(status, newHeaders(), Unpooled.EMPTY_BUFFER);
    }

    /** Answers with the problem of an exception (RFC 9457). */
    public void problem(WherryException problem) {
        problem(HttpResponseStatus.valueOf(problem.code().httpStatus()), problem);
    }

    /** Answers with a problem and a status of its own. */
    public void problem(HttpResponseStatus status, WherryException problem) {
        if (answered) {
            return;
        }
        LOG.debug("{}: {}: {}", handshake, status, problem.toString());
        HttpHeaders headers = newHeaders(Problem.MEDIA_TYPE);
        if (problem.code() == ErrorCode.METHOD_NOT_ALLOWED) {
            headers.set(HttpHeaderNames.ALLOW, allow());
        } else if (problem.code() == ErrorCode.UPGRADE_REQUIRED) {
            headers.set(HttpHeaderNames.UPGRADE, "websocket");
            headers.set(HttpHeaderNames.CONNECTION, "Upgrade");
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        } else if (problem.code() == ErrorCode.UNAUTHORIZED) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        } else if (problem.code().advice() == ErrorCode.Advice.LATER) {
            headers.set(HttpHeaderNames.RETRY_AFTER, Problem.seconds(problem.retryAfter(), RETRY_AFTER));
        }
        respond(status, headers, Problem.write(status.code(), problem.code(), problem.getMessage()));
    }

    /** Answers with the problem of any failure; what is not a {@link WherryException} is logged and not told. */
    public void fail(Throwable failure) {
        WherryException problem = WherryException.from(failure);
        if (problem.code() == ErrorCode.INTERNAL && problem.getCause() != null) {
            LOG.warn("{}: failed", handshake, failure);
            problem = new WherryException(ErrorCode.INTERNAL, "the server failed (its log says why)");
        }
        problem(problem);
    }

    /**
     * Begins an answer that goes on. Nothing is sent before the first flush.
     *
     * @param headers as for {@link #respond}
     * @return the stream; one that has ended when the peer has gone, and after the headers for HEAD
     */
    public HttpStream stream(HttpResponseStatus status, HttpHeaders headers) {
        if (answered) {
            throw new IllegalStateException("exchange: answered (expected: not yet)");
        }
        answered = true;
        return connection.stream(this, status, headers);
    }

    /**
     * Answers with 101, or with 200 where a {@link #protocol} is asked for, and gives the connection or the stream away: HTTP's
     * handlers leave the pipeline and these take their place, before the one that ends it quietly. Bytes that have come already
     * are read again by the first of them.
     *
     * @param headers as for {@link #respond}; {@code Upgrade}, and what goes with it, are the caller's
     */
    public void upgrade(HttpHeaders headers, ChannelHandler... handlers) {
        if (!answered) {
            answered = true;
            connection.upgrade(this, headers, handlers);
        }
    }

    String allow() {
        Set<String> names = methods.stream().map(HttpMethod::name).collect(Collectors.toCollection(TreeSet::new));
        if (methods.contains(HttpMethod.GET)) {
            names.add("HEAD");
        }
        names.add("OPTIONS");
        return String.join(", ", names);
    }

    HttpRequest request() {
        return request;
    }

    void methods(Set<HttpMethod> allowed) {
        methods = allowed;
    }

    void principal(@Nullable Principal who) {
        principal = who;
    }

    void body(ByteBuf whole) {
        body = whole;
    }

    void gone() {
        gone = true;
        if (!answered) {
            answered = true;
            if (onGone != null) {
                onGone.run();
            }
        }
    }
}
