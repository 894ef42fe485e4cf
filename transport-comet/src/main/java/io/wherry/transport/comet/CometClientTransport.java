// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.wherry.config.Config;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Target;
import io.wherry.transport.http.BatchFraming;
import io.wherry.transport.http.Delimiter;
import io.wherry.transport.http.HttpClientPool;
import io.wherry.transport.http.HttpClientRequest;
import io.wherry.transport.http.SplitConnection;
import io.wherry.transport.http.StreamDownlink;
import java.net.URI;
import java.util.concurrent.CompletionStage;

/** The client half: reads a response that goes on, and sends by POST. Thread-safe; its connections share a pool. */
final class CometClientTransport implements ClientTransport {

    private final HttpClientPool pool;
    private final Delimiter delimiter;

    CometClientTransport(Config config) {
        this.pool = new HttpClientPool(config);
        this.delimiter = config.get(CometKeys.DELIMITER);
    }

    @Override
    public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
        StreamDownlink downlink = new StreamDownlink(
                pool,
                context,
                target,
                uri(target),
                BatchFraming.MEDIA_TYPE,
                new BatchDecoder(delimiter, context.limits().message()));
        return SplitConnection.connect(pool, context, target, listener, downlink);
    }

    private URI uri(Target target) {
        URI opening = HttpClientRequest.opening(target, CometTransport.NAME);
        return delimiter.equals(Delimiter.LF)
                ? opening
                : HttpClientRequest.with(opening, "delimiter", delimiter.toString());
    }

    @Override
    public CompletionStage<Void> close() {
        return pool.close();
    }
}
