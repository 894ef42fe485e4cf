// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import io.wherry.benchmarks.broadcast.ServerProcess.Cpu;
import java.util.concurrent.TimeUnit;

/**
 * What was measured in one stretch of time.
 *
 * @param deliveries messages times subscribers
 * @param nanos how long it took
 * @param cpu what the server's process used
 */
record Sample(long deliveries, long nanos, Cpu cpu) {

    double perSecond() {
        return (double) deliveries * TimeUnit.SECONDS.toNanos(1) / nanos;
    }

    double cpuNanos() {
        return (double) cpu.total() / deliveries;
    }

    double userNanos() {
        return (double) cpu.user() / deliveries;
    }

    double systemNanos() {
        return (double) cpu.system() / deliveries;
    }
}
