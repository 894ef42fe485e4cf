// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A place where a server listens, shared by the transports that installed themselves on it. */
public interface Port {

    /** Starts to listen. Called once, after all transports are installed; fails with a {@link io.wherry.WherryException}. */
    CompletionStage<SocketAddress> bind();

    /**
     * Stops to listen, lets what is under way end, and then ends what is left of connections.
     *
     * @param grace how long what is under way may take
     * @return completes when nothing of this port runs any more
     */
    CompletionStage<Void> close(Duration grace);
}
