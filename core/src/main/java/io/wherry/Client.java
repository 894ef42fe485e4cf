// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.net.URI;
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

    /** Closes all channels and waits until nothing is left. */
    @Override
    void close();

    /** Closes all channels. Completes when no thread, socket or timer of the client is left. */
    CompletionStage<Void> closeAsync();
}
