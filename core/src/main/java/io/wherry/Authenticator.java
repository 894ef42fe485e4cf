// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.security.Principal;
import org.jspecify.annotations.Nullable;

/** Who says who a peer is. Asked for every request, the uplink's included; thread-safe. */
@FunctionalInterface
public interface Authenticator {

    /**
     * Finds out who asks. Runs off the event loop and may block.
     *
     * @return the principal, or null to let the peer in without a name
     * @throws WherryException with {@link ErrorCode#UNAUTHORIZED} or {@link ErrorCode#FORBIDDEN} to refuse; anything else
     *     that is thrown refuses as {@link ErrorCode#INTERNAL}
     */
    @Nullable Principal authenticate(Handshake handshake) throws Exception;
}
