// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Loop;
import io.wherry.spi.Port;
import io.wherry.spi.ServerContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The TCP port that a server's HTTP transports share, each with a path of its own below {@code wherry.path}. Thread-safe;
 * routes are added before it is bound.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
public final class HttpPort implements Port {

    private static final int BACKLOG = 1024;

    private final ServerContext context;
    private final String base;
    private final Origins origins;
    private final Tickets tickets;
    private final @Nullable SslContext tls;
    private final Map<String, Route> routes = new ConcurrentHashMap<>();
    private final Map<Loop, Holds> holds = new ConcurrentHashMap<>();
    private final boolean http2;
    private final Set<HttpServerConnection> connections = ConcurrentHashMap.newKeySet();
    /** Those that carry others as streams. */
    private final Set<Http2ServerConnection> carriers = ConcurrentHashMap.newKeySet();
    /** Those that another protocol has now. */
    private final Set<Channel> upgraded = ConcurrentHashMap.newKeySet();

    private final ChannelFutureListener whenGone = future -> gone(future.channel());
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private @Nullable Channel listening;
    private volatile long closeBy;
    private volatile boolean closing;
    /** Whether those that are open at the end have been told; until then the loops are needed. */
    private volatile boolean allTold;

    private HttpPort(ServerContext context) {
        this.context = context;
        this.base = context.config().get(CoreKeys.PATH);
        this.origins = new Origins(
                context.config().get(HttpKeys.ALLOWED_ORIGINS), context.config().get(HttpKeys.ALLOWED_CREDENTIALS));
        Config config = context.config();
        this.tickets = new Tickets(
                config.get(HttpKeys.TICKETS) ? config.get(HttpKeys.TICKET_LIFETIME) : Duration.ZERO,
                config.get(CoreKeys.CREDENTIAL_HEADERS));
        this.tls = Tls.server(config);
        this.http2 = config.get(HttpKeys.HTTP2);
        route(
                HttpTransport.NAME,
                Set.of(HttpMethod.POST),
                new UplinkRoute(context.config().get(HttpKeys.REPLY_HOLD)));
        if (tickets.areGiven()) {
            add(
                    below(TicketRoute.NAME),
                    new Route(HttpTransport.NAME, Set.of(HttpMethod.POST), new TicketRoute(tickets), true));
        }
        for (String script : List.of("client.js", "shared.js")) {
            script(script, "text/javascript; charset=utf-8");
            script(script + ".map", "application/json");
        }
    }

    /** The HTTP port of a server, made at the first call. */
    public static HttpPort of(ServerContext context) {
        return context.port(HttpPort.class, HttpPort::new);
    }

    /**
     * Adds a transport's path. That of {@code http}, which is there from the beginning as the clients' way up, may be replaced.
     *
     * @param transport the transport's name, which is the path's last segment
     * @param methods the methods that the route takes; {@code HEAD} goes with {@code GET}, {@code OPTIONS} is answered here
     */
    public void route(String transport, Set<HttpMethod> methods, HttpRoute route) {
        add(below(transport), new Route(transport, Set.copyOf(methods), route, true));
    }

    /** Adds something to be served at a path of its own, such as {@code /}. */
    public void content(String path, WebContent content) {
        content(path, content, null);
    }

    /** The same, with what it is in gzip. */
    void content(String path, WebContent content, @Nullable WebContent gzipped) {
        add(path, new Route("content", Set.of(HttpMethod.GET), new ContentRoute(content, gzipped), false));
    }

    /** Serves a file of the JavaScript client, where {@code wherry-client-js} is on the class path. */
    private void script(String name, String mediaType) {
        ClassLoader loader = HttpPort.class.getClassLoader();
        String file = "META-INF/wherry/" + name;
        WebContent.find(mediaType, loader, file)
                .ifPresent(content -> content(
                        below(name),
                        content,
                        WebContent.find(mediaType, loader, file + ".gz").orElse(null)));
    }

    private String below(String name) {
        return base.endsWith("/") ? base + name : base + "/" + name;
    }

    private void add(String path, Route route) {
        @Nullable Route before = routes.put(path, route);
        if (before != null && !(before.handler() instanceof UplinkRoute)) {
            throw new IllegalArgumentException("path: " + path + " (expected: one that nobody else serves)");
        }
    }

    @Override
    public CompletionStage<SocketAddress> bind() {
        String host = context.config().get(CoreKeys.HOST);
        int port = context.config().get(CoreKeys.PORT);
        InetSocketAddress address = host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
        CompletableFuture<SocketAddress> bound = new CompletableFuture<>();
        new ServerBootstrap()
                .group(context.loops().group())
                .channel(context.loops().serverSocketType())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Initializer())
                .bind(address)
                .addListener((ChannelFuture future) -> {
                    if (future.isSuccess()) {
                        listening = future.channel();
                        bound.complete(future.channel().localAddress());
                    } else {
                        bound.completeExceptionally(new WherryException(
                                ErrorCode.UNAVAILABLE,
                                CoreKeys.PORT + ": " + port + " (expected: a port that can be bound): "
                                        + future.cause(),
                                future.cause()));
                    }
                });
        return bound;
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        Channel channel = listening;
        if (closing) {
            return closed;
        }
        closeBy = System.nanoTime() + grace.toNanos();
        closing = true;
        if (channel == null) {
            closed.complete(null);
        } else {
            channel.close().addListener(done -> {
                connections.forEach(connection -> connection.stop(closeNanos()));
                carriers.forEach(carrier -> carrier.stop(closeNanos()));
                upgraded.forEach(this::closeInTime);
                allTold = true;
                completeIfClosed();
            });
        }
        return closed;
    }

    private Holds holds(Loop loop) {
        return holds.computeIfAbsent(loop, Holds::new);
    }

    /** How long what is under way may still take. */
    private long closeNanos() {
        return Math.max(0, closeBy - System.nanoTime());
    }

    private void completeIfClosed() {
        if (allTold && connections.isEmpty() && carriers.isEmpty() && upgraded.isEmpty()) {
            closed.complete(null);
        }
    }

    ServerContext context() {
        return context;
    }

    Origins origins() {
        return origins;
    }

    Tickets tickets() {
        return tickets;
    }

    boolean isClosing() {
        return closing;
    }

    /** The route of a path, null when there is none. */
    @Nullable Route find(String path) {
        return routes.get(path);
    }

    /** Whether something takes Extended CONNECT (RFC 8441), which a peer must be told. */
    boolean takesConnect() {
        return routes.values().stream().anyMatch(route -> route.methods().contains(HttpMethod.CONNECT));
    }

    /** The paths there are, for a peer that asked for another. */
    String paths() {
        return String.join(", ", new TreeSet<>(routes.keySet()));
    }

    void add(HttpServerConnection connection) {
        connections.add(connection);
        if (closing) {
            connection.stop(closeNanos());
        }
    }

    void remove(Http2ServerConnection carrier) {
        carriers.remove(carrier);
        completeIfClosed();
    }

    void remove(HttpServerConnection connection) {
        connections.remove(connection);
        completeIfClosed();
    }

    /** A connection has another protocol from now on, and nothing of HTTP is kept for it. */
    void upgraded(HttpServerConnection connection, Channel socket) {
        upgraded.add(socket);
        connections.remove(connection);
        socket.closeFuture().addListener(whenGone);
        if (closing) {
            closeInTime(socket);
        }
    }

    private void gone(Channel socket) {
        upgraded.remove(socket);
        completeIfClosed();
    }

    private void closeInTime(Channel socket) {
        socket.eventLoop().schedule(() -> socket.close(), closeNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * What is behind a path.
     *
     * @param transport the transport's name
     * @param methods the methods it takes
     * @param handler who answers
     * @param isGuarded whether the peer must be let in by the authenticator
     */
    record Route(String transport, Set<HttpMethod> methods, HttpRoute handler, boolean isGuarded) {

        boolean takes(HttpMethod method) {
            return methods.contains(method) || (method.equals(HttpMethod.HEAD) && methods.contains(HttpMethod.GET));
        }
    }

    /** Sets up each connection. */
    private final class Initializer extends ChannelInitializer<Channel> {

        @Override
        protected void initChannel(Channel channel) {
            if (tls != null) {
                SslHandler handler = tls.newHandler(channel.alloc());
                handler.setHandshakeTimeoutMillis(
                        context.limits().handshakeTime().toMillis());
                channel.pipeline().addLast(handler);
            }
            Loop loop = context.loops().of(channel.eventLoop());
            Http1Wire wire = new Http1Wire(context.limits());
            HttpServerConnection connection = new HttpServerConnection(HttpPort.this, loop, holds(loop), wire);
            if (http2) {
                channel.pipeline().addLast(new ConnectionPreface(pipeline -> {
                    wire.leave();
                    carry(connection, pipeline, loop);
                }));
            }
            channel.pipeline().addLast(connection);
            add(connection);
        }

        /** A connection that was taken for one of HTTP/1 is one of HTTP/2. */
        private void carry(HttpServerConnection connection, ChannelPipeline pipeline, Loop loop) {
            pipeline.addLast(QuietTail.INSTANCE);
            Http2ServerConnection carrier = Http2ServerConnection.addTo(pipeline, HttpPort.this, loop, holds(loop));
            carriers.add(carrier);
            connection.leave(pipeline);
            if (closing) {
                carrier.stop(closeNanos());
            }
        }
    }
}
