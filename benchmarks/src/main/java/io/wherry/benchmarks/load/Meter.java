// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.ProcessTimes;
import io.wherry.benchmarks.measure.Sample;
import java.io.IOException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Looks at a server and at this process before and after a stretch of work. */
final class Meter {

    private static final long OWN = ProcessHandle.current().pid();

    private final ServerProcess server;
    private final Swarm swarm;
    private final long allocated;
    private final long bytes;
    private final ProcessTimes serverBefore;
    private final ProcessTimes ownBefore;
    private final long start;

    /** Begins. */
    Meter(ServerProcess server, Swarm swarm) throws IOException {
        this.server = server;
        this.swarm = swarm;
        bytes = swarm.bytes();
        allocated = server.allocated();
        ownBefore = ProcessTimes.of(OWN);
        serverBefore = ProcessTimes.of(server.pid());
        start = System.nanoTime();
    }

    /** How long ago it began, in nanoseconds. */
    long elapsed() {
        return System.nanoTime() - start;
    }

    /** Ends. */
    Sample stop(long operations, @Nullable Histogram delays) throws IOException {
        long nanos = elapsed();
        ProcessTimes used = ProcessTimes.of(server.pid()).minus(serverBefore);
        ProcessTimes own = ProcessTimes.of(OWN).minus(ownBefore);
        return new Sample(
                operations,
                nanos,
                used,
                own,
                Math.max(0, server.allocated() - allocated),
                ProcessTimes.residentBytes(server.pid()),
                swarm.bytes() - bytes,
                delays,
                null);
    }
}
