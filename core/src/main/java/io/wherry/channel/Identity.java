// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Expiring;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who a peer is, and for how long it has shown that. The principal may be asked for on any thread; all else is confined to the
 * loop of its channel or reader.
 */
final class Identity {

    /** What part of the time is left when the peer is asked to show new credentials. */
    private static final int PART_LEFT = 4;

    private static final Duration LONGEST = Duration.ofDays(365);

    private final long mostLeftNanos;
    private volatile @Nullable Principal principal;
    private boolean expires;
    private long askAtNanos;
    private long endAtNanos;

    /**
     * Makes an identity.
     *
     * @param mostLeftNanos how long before their end, at most, the peer is asked for new credentials
     */
    Identity(@Nullable Principal principal, long nowNanos, long mostLeftNanos) {
        this.mostLeftNanos = mostLeftNanos;
        shown(principal, nowNanos);
    }

    @Nullable Principal principal() {
        return principal;
    }

    /** Whether a principal is the same. Any thread. */
    boolean isSame(@Nullable Principal other) {
        return Objects.equals(principal, other);
    }

    /** The peer has shown again who it is; an older view of it, that comes late, does not shorten the time. */
    void shown(@Nullable Principal same, long nowNanos) {
        if (!(same instanceof Expiring expiring)) {
            principal = same;
            expires = false;
            return;
        }
        Duration left = Duration.between(Instant.now(), expiring.expiresAt());
        long leftNanos = Math.max(0, (left.compareTo(LONGEST) > 0 ? LONGEST : left).toNanos());
        if (expires && nowNanos + leftNanos - endAtNanos < 0) {
            return;
        }
        principal = same;
        expires = true;
        endAtNanos = nowNanos + leftNanos;
        askAtNanos = endAtNanos - Math.min(mostLeftNanos, leftNanos / PART_LEFT);
    }

    /** Whether it is time to ask for new credentials. */
    boolean isRenewalDue(long nowNanos) {
        return expires && nowNanos - askAtNanos >= 0;
    }

    boolean isExpired(long nowNanos) {
        return expires && nowNanos - endAtNanos >= 0;
    }

    /** How long the credentials are good for, in milliseconds; 0 when they are not, or where they do not expire. */
    long leftMillis(long nowNanos) {
        return expires ? Math.max(0, endAtNanos - nowNanos) / 1_000_000 : 0;
    }

    /** Whether what a principal has shown is good no more. */
    static boolean hasExpired(@Nullable Principal principal) {
        return principal instanceof Expiring expiring && !Instant.now().isBefore(expiring.expiresAt());
    }
}
