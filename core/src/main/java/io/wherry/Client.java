// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What the channels of one application share: event loops, pools and configuration. Thread-safe. It keeps the JVM alive
 * until it is closed.
 */
public interface Client extends AutoCloseable {

    /**
     * Opens a channel. Returns at once: the channel connects in the background, and what is sent before it is connected waits.
     *
     * @param uri the server's path, such as {@code http://localhost:8080/wherry}
     */
    Channel connect(URI uri);

    /**
     * Tries each of this client's transports on the way to a server, one after the other, and says what works. Each opens a
     * channel of its own for it, which the server's application sees, and ends it. What is known of the path by then does not
     * count, and nothing is changed for the channels of this client.
     *
     * @param uri the server's path, such as {@code http://localhost:8080/wherry}
     * @return a report for each transport, in the order of preference; a transport that does not answer takes up to twice {@code
     *     wherry.connect-timeout}. Fails with {@link ErrorCode#CLOSED} when the client is closed meanwhile
     */
    CompletionStage<List<TransportReport>> probe(URI uri);

    /** Closes all channels and waits until nothing is left. */
    @Override
    void close();

    /** Closes all channels. Completes when no thread, socket or timer of the client is left. */
    CompletionStage<Void> closeAsync();
}
