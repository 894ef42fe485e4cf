// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.channel.PathHealth.Aside;
import io.wherry.spi.ClientTransport;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which transport to try next: the one that worked last, else the first in the order of preference that is not put aside,
 * else the others. Confined to one channel's loop.
 */
final class TransportChoice {

    private final List<Named> preferred;
    private final String uri;
    private final PathHealth health;
    private final Aside aside;
    private final List<Named> triedInVain = new ArrayList<>();
    private @Nullable Named pinned;
    private @Nullable Named working;
    private int rounds;

    /** A transport's client half under its name. */
    record Named(String name, ClientTransport transport) {}

    TransportChoice(List<Named> preferred, URI uri, PathHealth health, Aside aside) {
        this.preferred = preferred;
        this.uri = uri.toString();
        this.health = health;
        this.aside = aside;
    }

    private PathHealth.Key key(Named one) {
        return new PathHealth.Key(uri, one.name());
    }

    /** The transport of a name, null for none. */
    @Nullable Named find(String name) {
        return preferred.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The names, in the order of preference. */
    List<String> names() {
        return preferred.stream().map(Named::name).toList();
    }

    /** What to connect by now. */
    Named next(long nowNanos) {
        for (Named one : new @Nullable Named[] {pinned, working}) {
            if (one != null
                    && !triedInVain.contains(one)
                    && (one.equals(pinned) || !health.isAside(key(one), nowNanos))) {
                return one;
            }
        }
        @Nullable Named soonest = null;
        for (Named one : preferred) {
            if (triedInVain.contains(one)) {
                continue;
            }
            if (!health.isAside(key(one), nowNanos)) {
                return one;
            }
            if (soonest == null
                    || health.asideForNanos(key(one), nowNanos) < health.asideForNanos(key(soonest), nowNanos)) {
                soonest = one;
            }
        }
        return soonest == null ? preferred.get(0) : soonest;
    }

    /**
     * How long to wait for one that is tried, so that all of them can be tried within the time for connecting; longer after each
     * round in which none worked.
     */
    long patienceNanos(long connectTimeoutNanos) {
        long share = connectTimeoutNanos / preferred.size();
        for (int i = 0; i < rounds && share < connectTimeoutNanos; i++) {
            share *= 2;
        }
        return Math.min(share, connectTimeoutNanos);
    }

    /** A message has made the round trip on it. */
    void worked(Named one) {
        working = one;
        triedInVain.clear();
        rounds = 0;
    }

    /** A connection of it has lasted for long. */
    void lasted(Named one) {
        health.lasted(key(one));
    }

    /** A connection that worked was cut; returns whether the transport is put aside now. */
    boolean cut(Named one, long livedNanos, long nowNanos) {
        boolean failed = health.cut(key(one), livedNanos, nowNanos, aside);
        if (failed && one.equals(pinned)) {
            pinned = null;
        }
        return failed;
    }

    /** It could not take the channel over from another that works. */
    void failedOnStandby(Named one, long nowNanos) {
        health.failed(key(one), nowNanos, aside);
    }

    /**
     * It has failed before a message made the round trip.
     *
     * @return whether another can be tried at once; false when all have failed since the last that worked, which says more of the
     *     server than of the transports
     */
    boolean failed(Named one, long nowNanos) {
        if (one.equals(pinned)) {
            pinned = null;
        }
        health.failed(key(one), nowNanos, aside);
        triedInVain.add(one);
        if (triedInVain.size() < preferred.size()) {
            return true;
        }
        triedInVain.clear();
        rounds++;
        preferred.forEach(each -> health.lasted(key(each)));
        return false;
    }

    /** Keeps to a transport until it fails. */
    void pin(Named one) {
        pinned = one;
    }

    /** One that is preferred to the one that works now, and is not put aside; null for none. */
    @Nullable Named better(Named current, long nowNanos) {
        if (current.equals(pinned)) {
            return null;
        }
        for (Named one : preferred) {
            if (one.equals(current)) {
                return null;
            }
            if (!health.isAside(key(one), nowNanos)) {
                return one;
            }
        }
        return null;
    }

    /** After how long there may be a better one than the one that works now; -1 for never. */
    long betterInNanos(Named current, long nowNanos) {
        if (current.equals(pinned)) {
            return -1;
        }
        long soonest = -1;
        for (Named one : preferred) {
            if (one.equals(current)) {
                break;
            }
            long in = Math.max(0, health.asideForNanos(key(one), nowNanos));
            soonest = soonest < 0 ? in : Math.min(soonest, in);
        }
        return soonest;
    }

    @Override
    public String toString() {
        return "TransportChoice[" + uri + "]";
    }
}
