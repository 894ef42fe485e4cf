// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.wherry.Message;
import io.wherry.channel.LogReaders;
import io.wherry.transport.websocket.WebSocketFramings;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A reader that comes back to 100 topics and reads what they have kept, merged in the order of the log: for each message. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CatchingUp {

    private static final int TOPICS = 100;
    private static final int KEPT = 10;

    private final Message message = Message.of("2026-11-20T12:00:00.123456789Z");
    private final LogReaders log = new LogReaders(TOPICS, KEPT, WebSocketFramings.envelopes());

    /** Fills the topics, in turn. */
    @Setup
    public void publish() {
        for (int i = 0; i < TOPICS * KEPT; i++) {
            log.append(i % TOPICS, message);
        }
    }

    /** All of it. */
    @Benchmark
    @OperationsPerInvocation(TOPICS * KEPT)
    public long catchUp() {
        return log.catchUp();
    }
}
