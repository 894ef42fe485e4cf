// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Loop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a client's connections, with TLS where the scheme asks for it, and remembers them until they close. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
public final class HttpConnector {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnector.class);

    private static final int MAX_LOOKUPS = 8;

    /** Where names are looked up: not in the process's common pool, of which the application may use every thread. */
    private static final Executor LOOKUPS = lookups();

    private final Config config;
    private final HttpVersions versions;
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private @Nullable SslContext tls;
    private volatile boolean closing;

    /** Makes a connector with a client's configuration, for HTTP/1.1 and what begins as that. */
    public HttpConnector(Config config) {
        this(config, HttpVersions.ONE);
    }

    HttpConnector(Config config, HttpVersions versions) {
        this.config = config;
        this.versions = versions;
    }

    /** Threads for all connectors of the process, which end when they have nothing to do. */
    private static Executor lookups() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                MAX_LOOKUPS, MAX_LOOKUPS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "wherry-lookup");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** Which versions of HTTP its connections are for. */
    HttpVersions versions() {
        return versions;
    }

    /** Whether a URI's scheme asks for TLS: {@code https} or {@code wss}. */
    public static boolean isSecure(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme()) || "wss".equalsIgnoreCase(uri.getScheme());
    }

    /** The port of a URI, or that of its scheme. */
    public static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : isSecure(uri) ? 443 : 80;
    }

    /** The {@code Host} header for a URI. */
    public static String host(URI uri) {
        return uri.getPort() >= 0 ? uri.getHost() + ":" + uri.getPort() : uri.getHost();
    }

    /**
     * Connects.
     *
     * @param loop the loop on which the connection lives
     * @param handlers gives the handlers after TLS; called on the loop, once TCP stands
     * @return the connection, when TCP and TLS stand; fails with a {@link WherryException} of unavailable. Completes on the loop
     */
    public CompletionStage<Channel> connect(
            ClientContext context, Loop loop, URI uri, Supplier<ChannelHandler[]> handlers) {
        return connect(context, loop, uri, protocol -> handlers.get());
    }

    /** The same with handlers for the protocol that is spoken, by its name in ALPN; called when that is known. */
    CompletionStage<Channel> connect(
            ClientContext context, Loop loop, URI uri, Function<String, ChannelHandler[]> handlers) {
        CompletableFuture<Channel> connected = new CompletableFuture<>();
        @Nullable String host = uri.getHost();
        if (host == null || closing) {
            connected.completeExceptionally(
                    host == null
                            ? new WherryException(
                                    ErrorCode.BAD_REQUEST,
                                    "uri: " + WherryException.quote(uri.toString())
                                            + " (expected: such as http://localhost:8080/wherry)")
                            : new WherryException(ErrorCode.CLOSED, "client: closed"));
            return connected;
        }
        resolve(host, port(uri))
                .whenComplete((addresses, failure) -> loop.execute(() -> {
                    if (failure != null) {
                        fail(connected, uri, failure);
                    } else {
                        connect(bootstrap(context, loop, uri), uri, addresses.iterator(), handlers, connected);
                    }
                }));
        return connected;
    }

    /** The addresses of a host; names are looked up off the loop, since that may block. */
    private static CompletableFuture<List<InetSocketAddress>> resolve(String host, int port) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        @Nullable InetAddress literal = NetUtil.createInetAddressFromIpAddressString(bare);
        return literal == null
                ? CompletableFuture.supplyAsync(() -> lookUp(host, port), LOOKUPS)
                : CompletableFuture.completedFuture(List.of(new InetSocketAddress(literal, port)));
    }

    private static List<InetSocketAddress> lookUp(String host, int port) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .map(address -> new InetSocketAddress(address, port))
                    .toList();
        } catch (UnknownHostException e) {
            throw new CompletionException(e);
        }
    }

    private Bootstrap bootstrap(ClientContext context, Loop loop, URI uri) {
        int timeout = (int)
                Math.min(Integer.MAX_VALUE, config.get(CoreKeys.CONNECT_TIMEOUT).toMillis());
        return new Bootstrap()
                .group(context.loops().eventLoop(loop))
                .channel(context.loops().socketType())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeout)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        add(channel);
                        if (isSecure(uri)) {
                            SslHandler handler = tls().newHandler(channel.alloc(), uri.getHost(), port(uri));
                            handler.setHandshakeTimeoutMillis(timeout);
                            channel.pipeline().addLast(handler);
                        }
                        channel.pipeline().addLast(QuietTail.INSTANCE);
                    }
                });
    }

    /** Tries one address after the other. */
    private void connect(
            Bootstrap bootstrap,
            URI uri,
            Iterator<InetSocketAddress> addresses,
            Function<String, ChannelHandler[]> handlers,
            CompletableFuture<Channel> connected) {
        bootstrap.connect(addresses.next()).addListener((ChannelFuture future) -> {
            if (future.isSuccess()) {
                complete(future.channel(), uri, handlers, connected);
            } else if (addresses.hasNext()) {
                connect(bootstrap, uri, addresses, handlers, connected);
            } else {
                fail(connected, uri, future.cause());
            }
        });
    }

    private void complete(
            Channel channel,
            URI uri,
            Function<String, ChannelHandler[]> handlers,
            CompletableFuture<Channel> connected) {
        boolean isNegotiated = isSecure(uri) && versions != HttpVersions.ONE;
        if (!isNegotiated) {
            add(channel, handlers.apply(versions.withoutNegotiation()));
        }
        if (!isSecure(uri)) {
            connected.complete(channel);
            return;
        }
        channel.pipeline().get(SslHandler.class).handshakeFuture().addListener(shaken -> {
            if (!shaken.isSuccess()) {
                fail(connected, uri, shaken.cause());
            } else if (!isNegotiated) {
                connected.complete(channel);
            }
        });
        if (isNegotiated) {
            negotiate(channel, uri, handlers, connected);
        }
    }

    private void negotiate(
            Channel channel,
            URI uri,
            Function<String, ChannelHandler[]> handlers,
            CompletableFuture<Channel> connected) {
        channel.pipeline().addBefore(channel.pipeline().lastContext().name(), null, new Negotiation(protocol -> {
            if (versions.protocols().contains(protocol)) {
                add(channel, handlers.apply(protocol));
                connected.complete(channel);
            } else {
                fail(connected, uri, new IllegalStateException("the server does not speak HTTP/2"));
                channel.close();
            }
        }));
    }

    private static void add(Channel channel, ChannelHandler[] handlers) {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.removeLast();
        pipeline.addLast(handlers).addLast(QuietTail.INSTANCE);
    }

    /** Waits for the end of the handshake, and says what is spoken after it. What it has not, the handshake's future tells. */
    private static final class Negotiation extends ApplicationProtocolNegotiationHandler {

        private final Consumer<String> whenDone;

        Negotiation(Consumer<String> whenDone) {
            super(ApplicationProtocolNames.HTTP_1_1);
            this.whenDone = whenDone;
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            whenDone.accept(protocol);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("{}: {}", ctx.channel(), cause.toString());
            ctx.close();
        }
    }

    private static void fail(CompletableFuture<Channel> connected, URI uri, Throwable cause) {
        connected.completeExceptionally(new WherryException(
                ErrorCode.UNAVAILABLE, "connect: " + uri.getScheme() + "://" + host(uri) + ": " + cause, cause));
    }

    private void add(Channel channel) {
        open.add(channel);
        channel.closeFuture().addListener(done -> {
            open.remove(channel);
            completeIfClosed();
        });
        if (closing) {
            channel.close();
        }
    }

    private synchronized SslContext tls() {
        SslContext made = tls;
        if (made == null) {
            made = Tls.client(config, versions);
            tls = made;
        }
        return made;
    }

    /** Closes all connections. Completes when none is left. */
    public CompletionStage<Void> close() {
        closing = true;
        open.forEach(Channel::close);
        completeIfClosed();
        return closed;
    }

    private void completeIfClosed() {
        if (closing && open.isEmpty()) {
            closed.complete(null);
        }
    }
}
