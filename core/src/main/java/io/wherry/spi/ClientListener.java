// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a client's channel wants to hear of its connection. Called on the target's loop; {@code closed} comes exactly
 * once, and last.
 */
public interface ClientListener {

    /** An envelope has come. The first is the welcome. */
    void received(Envelope envelope);

    /**
     * An envelope has come in the answer to what was sent up, apart from what comes down: it does not say that the way down
     * lives. Otherwise as {@link #received}.
     */
    default void answered(Envelope envelope) {
        received(envelope);
    }

    /** No more envelopes are at hand: acknowledgements go out now. */
    void receiveComplete();

    /** Anything at all has come down, such as an empty answer or a ping: the server lives. */
    void alive();

    /** The connection is writable again. */
    void writable();

    /**
     * The connection could not be made, or has ended.
     *
     * @param cause why: a {@link io.wherry.WherryException} with the server's code where it told one; null for an orderly end,
     *     after which the client resumes
     */
    void closed(@Nullable Throwable cause);

    /** The position up to which the channel has received: the {@code after} of the next poll. Null before the first welcome. */
    @Nullable Position position();
}
