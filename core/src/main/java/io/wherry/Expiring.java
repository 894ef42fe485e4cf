// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.time.Instant;

/**
 * What a {@link java.security.Principal} implements whose credentials are good up to some time, as those of a token are.
 *
 * <p>Some time before, the server asks the client to renew them ({@link Channel#refreshCredentials}). When they have expired, the
 * channel's connection is ended with {@link ErrorCode#UNAUTHORIZED}, at the latest a quarter of {@code wherry.heartbeat} (but not
 * more than 5 s) after that time; a client that has new ones resumes the channel, and nothing is lost.
 *
 * <p>An {@link Authenticator} gives a new principal each time, equal to those before: a channel belongs to a principal, not to
 * one of its credentials. So the time is not to be a part of {@code equals}, as it is in a record that does not say otherwise.
 */
public interface Expiring {

    /** When the credentials expire; always the same for one object. */
    Instant expiresAt();
}
