// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * What is known of how transports do on the paths to servers: which has failed, and until when it is put aside. Shared by all
 * clients of a process. Thread-safe.
 *
 * <p>A transport that fails is put aside for a time that doubles with each failure, up to a bound. It is forgiven when a
 * connection of it has lasted. What is cut soon after it was opened, again and again, has failed too.
 */
final class PathHealth {

    /** A connection that has lived so long was not cut by what kills all of its kind. */
    static final long LASTED_NANOS = 30_000_000_000L;

    private static final PathHealth OF_PROCESS = new PathHealth();
    private static final int MAX_PATHS = 4096;
    private static final int CUTS_TO_FAIL = 3;
    private static final int MAX_DOUBLINGS = 20;
    private static final Health HEALTHY = new Health(0, 0, 0);

    private final Map<Key, Health> unhealthy = new ConcurrentHashMap<>();

    /** A transport on the way to a server. */
    record Key(String uri, String transport) {}

    /**
     * What is known of one.
     *
     * @param failures how often it has failed since it last lasted
     * @param cuts how often it was cut soon since it last lasted or failed
     * @param asideUntilNanos until when it is put aside; means something only after a failure
     */
    private record Health(int failures, int cuts, long asideUntilNanos) {}

    /** For how long a failure puts aside, in nanoseconds: at first, and at most; each time up to a quarter less. */
    record Aside(long minNanos, long maxNanos, RandomGenerator random) {

        private long nanos(int failures) {
            long bound = minNanos;
            for (int i = 1; i < Math.min(failures, MAX_DOUBLINGS) && bound < maxNanos; i++) {
                bound *= 2;
            }
            bound = Math.min(bound, maxNanos);
            return bound - random.nextLong(bound / 4 + 1);
        }
    }

    /** What all clients of this process know. */
    static PathHealth ofProcess() {
        return OF_PROCESS;
    }

    /** Whether it is put aside now. */
    boolean isAside(Key key, long nowNanos) {
        return asideForNanos(key, nowNanos) > 0;
    }

    /** For how long it is still put aside; 0 or less when it is not. */
    long asideForNanos(Key key, long nowNanos) {
        Health health = unhealthy.getOrDefault(key, HEALTHY);
        return health.failures == 0 ? 0 : health.asideUntilNanos - nowNanos;
    }

    /** It has not worked: it is put aside. */
    void failed(Key key, long nowNanos, Aside aside) {
        change(key, health -> failed(health, nowNanos, aside));
    }

    private static Health failed(Health health, long nowNanos, Aside aside) {
        int failures = health.failures + 1;
        return new Health(failures, 0, nowNanos + aside.nanos(failures));
    }

    private Health change(Key key, UnaryOperator<Health> change) {
        if (unhealthy.size() >= MAX_PATHS && !unhealthy.containsKey(key)) {
            unhealthy.clear();
        }
        return Objects.requireNonNull(
                unhealthy.compute(key, (same, health) -> change.apply(health == null ? HEALTHY : health)));
    }

    /**
     * A connection that worked was cut. Where that was soon after it was opened, and not for the first time, it has failed.
     *
     * @return whether it is put aside now
     */
    boolean cut(Key key, long livedNanos, long nowNanos, Aside aside) {
        if (livedNanos >= LASTED_NANOS) {
            lasted(key);
            return false;
        }
        Health now = change(
                key,
                health -> health.failures > 0 || health.cuts + 1 >= CUTS_TO_FAIL
                        ? failed(health, nowNanos, aside)
                        : new Health(0, health.cuts + 1, 0));
        return now.failures > 0;
    }

    /** A connection has lasted: whatever was wrong is over. */
    void lasted(Key key) {
        unhealthy.remove(key);
    }

    /** Of how many something is remembered. */
    int size() {
        return unhealthy.size();
    }

    @Override
    public String toString() {
        return "PathHealth" + unhealthy;
    }
}
