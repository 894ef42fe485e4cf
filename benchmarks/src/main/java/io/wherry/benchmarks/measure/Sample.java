// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one server in one turn.
 *
 * @param operations how often was done what is counted: messages times subscribers, round trips, polls
 * @param nanos how long it took
 * @param server CPU time of the server's process
 * @param generator CPU time of the load generator
 * @param allocated bytes that the server has allocated on its heap
 * @param residentBytes of the server's process afterwards
 * @param wireBytes that have come from the server over the network
 * @param delays from when a message was due, or a request was sent, in nanoseconds; null where they were not measured
 * @param footprint of each connection; null where it was not measured
 */
public record Sample(
        long operations,
        long nanos,
        ProcessTimes server,
        ProcessTimes generator,
        long allocated,
        long residentBytes,
        long wireBytes,
        @Nullable Histogram delays,
        @Nullable Footprint footprint) {

    private static final double BUSY = 0.95;

    /** The same with what each connection needs. */
    public Sample with(Footprint each) {
        return new Sample(operations, nanos, server, generator, allocated, residentBytes, wireBytes, delays, each);
    }

    /** How many operations in a second. */
    public double perSecond() {
        return (double) operations * TimeUnit.SECONDS.toNanos(1) / nanos;
    }

    /** CPU time of the server for each operation, in nanoseconds. */
    public double cpuNanos() {
        return (double) server.cpu() / operations;
    }

    /** The part of it that is user time, from 0 to 1. */
    public double userShare() {
        return (double) server.user() / Math.max(1, server.user() + server.system());
    }

    /** Bytes of garbage for each operation. */
    public double garbage() {
        return (double) allocated / operations;
    }

    /** Bytes that have come over the network for each operation. */
    public double wire() {
        return (double) wireBytes / operations;
    }

    /** The part of the time in which the server had something to do: ran, or would have run if it had had its processor. */
    public double serverBusy() {
        return busy(server);
    }

    /** The same of the load generator. */
    public double generatorBusy() {
        return busy(generator);
    }

    private double busy(ProcessTimes times) {
        return Math.min(1, (double) (times.cpu() + times.waited()) / nanos);
    }

    /** Whether the server has waited for the load generator: then the rate says nothing of the server, though its CPU time does. */
    public boolean isGeneratorBound() {
        return generatorBusy() > BUSY && serverBusy() < BUSY;
    }

    /** A percentile of the delays in microseconds; 0 where none were measured. */
    public double delayMicros(double percentile) {
        return delays == null ? 0 : delays.getValueAtPercentile(percentile) / 1000.0;
    }

    /** Some memory of each connection; 0 where it was not measured. */
    public double each(ToDoubleFunction<Footprint> memory) {
        return footprint == null ? 0 : memory.applyAsDouble(footprint);
    }
}
