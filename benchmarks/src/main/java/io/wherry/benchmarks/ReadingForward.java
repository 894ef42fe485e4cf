// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.wherry.Message;
import io.wherry.channel.LogReaders;
import io.wherry.transport.websocket.WebSocketFramings;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A run of messages appended, read by a loop, encoded, and handed to each live reader of the topic: for each message, with all
 * readers together. The connections only count, so that no socket is in it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReadingForward {

    private static final int RUN = 16;

    /** How many readers there are. */
    @Param({"1", "1000"})
    private int readers;

    /** How many topics there are that nobody reads. */
    @Param({"0", "1000"})
    private int otherTopics;

    private final Message message = Message.of("2026-11-20T12:00:00.123456789Z");
    private LogReaders log = new LogReaders(1, 1, WebSocketFramings.envelopes());

    /** Adds the readers. */
    @Setup(Level.Trial)
    public void read() {
        log = new LogReaders(1 + otherTopics, 1000, WebSocketFramings.envelopes());
        log.add(readers, 1);
    }

    /** A run of sixteen. */
    @Benchmark
    @OperationsPerInvocation(RUN)
    public long run() {
        for (int i = 0; i < RUN; i++) {
            log.append(0, message);
        }
        return log.turn();
    }
}
