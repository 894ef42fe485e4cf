// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.config.Config;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Target;
import java.util.concurrent.CompletionStage;

/** The client half: polls, and sends by POST. Thread-safe; its connections share a pool. */
final class HttpClientTransport implements ClientTransport {

    private final HttpClientPool pool;

    HttpClientTransport(Config config) {
        this.pool = new HttpClientPool(config);
    }

    @Override
    public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
        PollingConnection connection = new PollingConnection(pool, context, target, listener);
        target.loop().execute(connection::open);
        return connection;
    }

    @Override
    public CompletionStage<Void> close() {
        return pool.close();
    }
}
