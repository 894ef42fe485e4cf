// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import java.util.Random;

/**
 * What the network does to connections: how slow it is, and how often it fails, all from the seed. Confined to the thread of
 * the run.
 */
final class Weather {

    static final long MILLIS = 1_000_000L;

    private final Random random;
    private final long latencyNanos;
    private final long jitterNanos;
    private final double refuses;
    private final double cuts;
    private final long meanLifeNanos;
    private final double stalls;
    private final double repeats;
    private final double spikes;
    private final int room;
    private boolean bad = true;

    Weather(Random random) {
        this.random = random;
        this.latencyNanos = random.nextInt(20) * MILLIS;
        this.jitterNanos = (1 + random.nextInt(random.nextBoolean() ? 5 : 60)) * MILLIS;
        boolean calm = random.nextInt(10) == 0;
        this.refuses = calm ? 0 : random.nextInt(3) * 0.08;
        this.cuts = calm ? 0 : random.nextDouble();
        this.meanLifeNanos = (20 + random.nextInt(3000)) * MILLIS;
        this.stalls = calm || random.nextBoolean() ? 0 : random.nextDouble() * 0.3;
        this.repeats = random.nextBoolean() ? 0 : random.nextDouble() * 0.4;
        this.room = 500 << random.nextInt(8);
        this.spikes = random.nextBoolean() ? 0 : random.nextDouble() * 0.1;
    }

    /** Over how many bytes under way an end takes no more. */
    int room() {
        return room;
    }

    /** From now on nothing fails any more; what has failed stays so. */
    void clearUp() {
        bad = false;
    }

    boolean isBad() {
        return bad;
    }

    /** How long one thing is under way. */
    long latency() {
        long latency = latencyNanos + (long) (random.nextDouble() * jitterNanos);
        return bad && spikes > 0 && random.nextDouble() < spikes ? latency + random.nextInt(1500) * MILLIS : latency;
    }

    /** A short while, for what need not be at once. */
    long shortWhile() {
        return random.nextInt(30) * MILLIS;
    }

    /** A while in which others may give up. */
    long longWhile() {
        return (100 + random.nextInt(4000)) * MILLIS;
    }

    boolean refuses() {
        return bad && random.nextDouble() < refuses;
    }

    boolean cuts() {
        return bad && random.nextDouble() < cuts;
    }

    /** After how long a connection is cut. */
    long life() {
        return (long) (-Math.log(1 - random.nextDouble()) * meanLifeNanos);
    }

    boolean stalls() {
        return bad && random.nextDouble() < stalls;
    }

    boolean repeats() {
        return bad && random.nextDouble() < repeats;
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
