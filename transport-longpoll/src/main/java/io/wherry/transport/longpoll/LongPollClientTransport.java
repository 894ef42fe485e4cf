// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import io.wherry.config.Config;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Target;
import io.wherry.transport.http.HttpClientPool;
import io.wherry.transport.http.SplitConnection;
import java.util.concurrent.CompletionStage;

/** The client half: one poll after the other, and sends by POST. Thread-safe; its connections share a pool. */
final class LongPollClientTransport implements ClientTransport {

    private final HttpClientPool pool;

    LongPollClientTransport(Config config) {
        this.pool = new HttpClientPool(config);
    }

    @Override
    public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
        return SplitConnection.connect(pool, context, target, listener, new LongPollDownlink(pool, context, target));
    }

    @Override
    public CompletionStage<Void> close() {
        return pool.close();
    }
}
