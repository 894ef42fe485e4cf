// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import java.util.concurrent.CompletionStage;

/** The client half of a transport, for one client. Holds what its connections share, such as a pool. */
public interface ClientTransport {

    /**
     * Starts to connect. Called on the target's loop; returns at once.
     *
     * @return the connection, which may be closed before it is open
     */
    ClientConnection connect(ClientContext context, Target target, ClientListener listener);

    /** Lets go of what the connections shared. Completes when nothing is left. */
    CompletionStage<Void> close();
}
