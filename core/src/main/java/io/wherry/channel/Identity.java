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

    private volatile @Nullable Principal principal;
    /** Null where the credentials do not expire: those of most do not. */
    private @Nullable Expiry expiry;

    /** When credentials end, and when their peer is asked for new ones. */
    private record Expiry(long askAtNanos, long endAtNanos) {}

    /**
     * Makes an identity.
     *
     * @param mostLeftNanos how long before their end, at most, the peer is asked for new credentials
     */
    Identity(@Nullable Principal principal, long nowNanos, long mostLeftNanos) {
        shown(principal, nowNanos, mostLeftNanos);
    }

    @Nullable Principal principal() {
        return principal;
    }

    /** Whether a principal is the same. Any thread. */
    boolean isSame(@Nullable Principal other) {
        return Objects.equals(principal, other);
    }

    /**
     * The peer has shown again who it is; an older view of it, that comes late, does not shorten the time.
     *
     * @param mostLeftNanos as for the first time
     */
    void shown(@Nullable Principal same, long nowNanos, long mostLeftNanos) {
        if (!(same instanceof Expiring expiring)) {
            principal = same;
            expiry = null;
            return;
        }
        Duration left = Duration.between(Instant.now(), expiring.expiresAt());
        long leftNanos = Math.max(0, (left.compareTo(LONGEST) > 0 ? LONGEST : left).toNanos());
        long endAtNanos = nowNanos + leftNanos;
        Expiry before = expiry;
        if (before != null && endAtNanos - before.endAtNanos < 0) {
            return;
        }
        principal = same;
        expiry = new Expiry(endAtNanos - Math.min(mostLeftNanos, leftNanos / PART_LEFT), endAtNanos);
    }

    /** Whether it is time to ask for new credentials. */
    boolean isRenewalDue(long nowNanos) {
        Expiry ends = expiry;
        return ends != null && nowNanos - ends.askAtNanos >= 0;
    }

    boolean isExpired(long nowNanos) {
        Expiry ends = expiry;
        return ends != null && nowNanos - ends.endAtNanos >= 0;
    }

    /** How long the credentials are good for, in milliseconds; 0 when they are not, or where they do not expire. */
    long leftMillis(long nowNanos) {
        Expiry ends = expiry;
        return ends == null ? 0 : Math.max(0, ends.endAtNanos - nowNanos) / 1_000_000;
    }

    /** Whether what a principal has shown is good no more. */
    static boolean hasExpired(@Nullable Principal principal) {
        return principal instanceof Expiring expiring && !Instant.now().isBefore(expiring.expiresAt());
    }
}
