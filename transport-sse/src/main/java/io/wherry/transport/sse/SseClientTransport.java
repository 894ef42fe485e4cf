// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.config.Config;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Target;
import io.wherry.transport.http.HttpClientPool;
import io.wherry.transport.http.HttpClientRequest;
import io.wherry.transport.http.SplitConnection;
import io.wherry.transport.http.StreamDownlink;
import java.util.concurrent.CompletionStage;

/** The client half: reads an event stream, and sends by POST. Thread-safe; its connections share a pool. */
final class SseClientTransport implements ClientTransport {

    private final HttpClientPool pool;

    SseClientTransport(Config config) {
        this.pool = new HttpClientPool(config);
    }

    @Override
    public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
        StreamDownlink downlink = new StreamDownlink(
                pool,
                context,
                target,
                HttpClientRequest.opening(target, SseTransport.NAME),
                SseServerTransport.MEDIA_TYPE,
                new EventDecoder(context.limits().message()));
        return SplitConnection.connect(pool, context, target, listener, downlink);
    }

    @Override
    public CompletionStage<Void> close() {
        return pool.close();
    }
}
