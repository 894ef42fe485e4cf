// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server's channel layer wants to hear of a connection. Called by the transport on the connection's loop;
 * {@code closed} comes exactly once, and last.
 */
public interface ConnectionListener {

    /** An envelope has come, in the order in which they were sent. */
    void received(Envelope envelope);

    /** No more envelopes are at hand: acknowledgements go out now. */
    void receiveComplete();

    /** Anything at all has come, such as a pong: the peer lives. */
    void alive();

    /** The connection is writable again. May be called while {@link Connection#write} or {@code flush} runs. */
    void writable();

    /**
     * The connection has ended, by either side or by a failure.
     *
     * @param cause the failure, null when there was none
     */
    void closed(@Nullable Throwable cause);

    /** The position up to which has been written to this connection. */
    Position position();

    /** The gaps that were told on this connection, in order. */
    List<Envelope> gaps();
}
