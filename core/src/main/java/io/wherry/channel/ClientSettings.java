// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Limits;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;

/** What a client's channels need of its configuration, times in nanoseconds. Immutable. */
record ClientSettings(
        Limits limits,
        boolean callbacksOnLoop,
        long heartbeatNanos,
        long lostAfterNanos,
        long connectTimeoutNanos,
        long requestTimeoutNanos,
        long closeTimeoutNanos,
        long backoffMinNanos,
        long backoffMaxNanos,
        long putAsideMinNanos,
        long putAsideMaxNanos) {

    static ClientSettings of(Config config) {
        return new ClientSettings(
                Limits.of(config),
                config.get(CoreKeys.CALLBACKS).equals("loop"),
                config.get(CoreKeys.HEARTBEAT).toNanos(),
                config.get(CoreKeys.LOST_AFTER).toNanos(),
                config.get(CoreKeys.CONNECT_TIMEOUT).toNanos(),
                config.get(CoreKeys.REQUEST_TIMEOUT).toNanos(),
                config.get(CoreKeys.CLOSE_TIMEOUT).toNanos(),
                config.get(CoreKeys.BACKOFF_MIN).toNanos(),
                config.get(CoreKeys.BACKOFF_MAX).toNanos(),
                config.get(CoreKeys.PUT_ASIDE_MIN).toNanos(),
                config.get(CoreKeys.PUT_ASIDE_MAX).toNanos());
    }
}
