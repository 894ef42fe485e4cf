// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.config.Config;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Loop;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A client's HTTP connections, kept alive between requests, and shared by them where the server speaks HTTP/2. Calls are made on
 * the loop that they name and have no lock: a connection serves one loop's calls only.
 */
public final class HttpClientPool {

    private final HttpConnector connector;
    private final Map<Loop, Map<String, OriginPool>> origins = new ConcurrentHashMap<>();

    /** Makes an empty pool with a client's configuration. */
    public HttpClientPool(Config config) {
        this.connector = new HttpConnector(config, HttpVersions.of(config));
    }

    /** Asks for a whole response, at most {@code wherry.limits.batch} and a bit long. On {@code loop}. */
    public HttpCall request(
            ClientContext context, Loop loop, HttpClientRequest request, HttpResponseListener listener) {
        return stream(context, loop, request, new WholeResponse(context.limits().batch(), listener));
    }

    /** Asks for a response that goes on. On {@code loop}. */
    public HttpCall stream(ClientContext context, Loop loop, HttpClientRequest request, HttpStreamListener listener) {
        URI uri = request.uri();
        OriginPool origin = origins.computeIfAbsent(loop, l -> new HashMap<>())
                .computeIfAbsent(origin(uri), o -> new OriginPool(connector, context, loop, uri));
        PooledCall call = new PooledCall(origin, loop, request, listener);
        call.start();
        return call;
    }

    /** Closes all connections, those under way too. Completes when none is left. */
    public CompletionStage<Void> close() {
        return connector.close();
    }

    private static String origin(URI uri) {
        return (HttpConnector.isSecure(uri) ? "https://" : "http://") + uri.getHost() + ":" + HttpConnector.port(uri);
    }
}
