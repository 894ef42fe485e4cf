// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Loop;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP connections, kept alive between requests. Calls are made on the loop that they name and have no lock: a
 * connection serves one loop's calls only.
 */
public final class HttpClientPool {

    private static final int MAX_IDLE = 256;
    private static final Duration IDLE_TIME = Duration.ofSeconds(30);
    private static final int MAX_CHUNK = 64 * 1024;

    private final HttpConnector connector;
    private final Map<Loop, Map<String, ArrayDeque<HttpClientConnection>>> idle = new ConcurrentHashMap<>();

    /** Makes an empty pool with a client's configuration. */
    public HttpClientPool(Config config) {
        this.connector = new HttpConnector(config);
    }

    /** Asks for a whole response, at most {@code wherry.limits.batch} and a bit long. On {@code loop}. */
    public HttpCall request(
            ClientContext context, Loop loop, HttpClientRequest request, HttpResponseListener listener) {
        return stream(context, loop, request, new WholeResponse(context.limits().batch(), listener));
    }

    /** Asks for a response that goes on. On {@code loop}. */
    public HttpCall stream(ClientContext context, Loop loop, HttpClientRequest request, HttpStreamListener listener) {
        PooledCall call = new PooledCall(this, context, loop, request, listener);
        call.start();
        return call;
    }

    /** Closes all connections, those under way too. Completes when none is left. */
    public CompletionStage<Void> close() {
        return connector.close();
    }

    /** A connection that waits for a request, null when there is none. */
    @Nullable HttpClientConnection takeIdle(Loop loop, URI uri) {
        @Nullable ArrayDeque<HttpClientConnection> waiting = of(loop).get(origin(uri));
        while (waiting != null && !waiting.isEmpty()) {
            HttpClientConnection connection = waiting.removeLast();
            if (connection.isUsable()) {
                connection.taken();
                return connection;
            }
        }
        return null;
    }

    /** Takes back a connection that can serve another request. */
    void giveBack(Loop loop, URI uri, HttpClientConnection connection) {
        ArrayDeque<HttpClientConnection> waiting = of(loop).computeIfAbsent(origin(uri), o -> new ArrayDeque<>());
        if (waiting.size() >= MAX_IDLE) {
            connection.close();
            return;
        }
        waiting.addLast(connection);
        connection.idle(IDLE_TIME, () -> waiting.remove(connection));
    }

    CompletionStage<HttpClientConnection> connect(ClientContext context, Loop loop, URI uri) {
        int header = context.limits().header();
        return connector
                .connect(context, loop, uri, () -> new ChannelHandler[] {
                    new HttpClientCodec(header, header, MAX_CHUNK, false), new HttpClientConnection(loop)
                })
                .thenApply(connected -> connected.pipeline().get(HttpClientConnection.class));
    }

    private Map<String, ArrayDeque<HttpClientConnection>> of(Loop loop) {
        return idle.computeIfAbsent(loop, l -> new HashMap<>());
    }

    private static String origin(URI uri) {
        return (HttpConnector.isSecure(uri) ? "https://" : "http://") + uri.getHost() + ":" + HttpConnector.port(uri);
    }

    static WherryException unavailable(String message) {
        return new WherryException(io.wherry.ErrorCode.UNAVAILABLE, message);
    }
}
