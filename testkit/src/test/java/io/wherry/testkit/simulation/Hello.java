// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.spi.Target;
import org.jspecify.annotations.Nullable;

/**
 * What a client says first on a connection: the opening of a socket, or a whole request. Immutable.
 *
 * @param transport the name of the transport
 * @param what what is asked for
 * @param target who asks, with the channel's id and position
 * @param welcome whether a welcome is to come first
 * @param body the batch of a POST, null for none
 */
record Hello(String transport, What what, Target target, boolean welcome, byte @Nullable [] body) {

    /** What a connection is for. */
    enum What {
        /** Both ways. */
        SOCKET,
        /** A response that goes on. */
        STREAM,
        /** A request that waits until there is news. */
        LONG_POLL,
        /** A request that is answered at once; with a body it waits for the replies to what is asked there. */
        POLL,
        /** A batch on its way up. */
        POST
    }

    /** Whether it is a short request, which an intermediary may make again. */
    boolean isRequest() {
        return what != What.SOCKET && what != What.STREAM;
    }
}
