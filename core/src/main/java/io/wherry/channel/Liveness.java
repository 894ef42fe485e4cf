// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Connection;
import org.jspecify.annotations.Nullable;

/**
 * When a peer has last shown that it lives: by what came from it, and by what it took. Confined to the loop of its channel or
 * reader.
 *
 * <p>A peer whose connection has not been writable for too long is lost as well, though it may still be heard: it does not read,
 * or what is sent to it vanishes.
 */
final class Liveness {

    private long heardNanos;
    private long tookNanos;

    Liveness(long nowNanos) {
        connected(nowNanos);
    }

    /** It has a new connection. */
    void connected(long nowNanos) {
        heardNanos = nowNanos;
        tookNanos = nowNanos;
    }

    /** Something has come from it. */
    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** It has taken so much of what was written that its connection is writable again. */
    void tookBytes(long nowNanos) {
        tookNanos = nowNanos;
    }

    long silentNanos(long nowNanos) {
        return nowNanos - heardNanos;
    }

    /** Why the peer is given up; null while it is not. */
    @Nullable WherryException lost(Connection connection, long nowNanos, long lostAfterNanos) {
        if (connection.isWritable()) {
            tookNanos = nowNanos;
        }
        if (nowNanos - heardNanos > lostAfterNanos) {
            return new WherryException(ErrorCode.TIMEOUT, "nothing heard from the client within wherry.lost-after");
        }
        if (nowNanos - tookNanos > lostAfterNanos) {
            return new WherryException(
                    ErrorCode.TIMEOUT, "the client took nothing of what was sent to it within wherry.lost-after");
        }
        return null;
    }
}
