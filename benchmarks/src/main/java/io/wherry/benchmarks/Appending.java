// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.Wherry;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** Publishing to a topic that nobody reads: what appending to the log costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Appending {

    private final Message message = Message.of("2026-11-20T12:00:00.123456789Z");
    private final Server server =
            Wherry.server().transports("local").set("wherry.loops", "1").build();
    private final Topic topic = server.topic("time");

    /** Starts the server. */
    @Setup
    public void start() {
        server.start();
    }

    /** Stops the server. */
    @TearDown
    public void stop() {
        server.close();
    }

    /** From one thread. */
    @Benchmark
    @Threads(1)
    public CompletionStage<Position> oneThread() {
        return topic.publish(message);
    }

    /** From eight threads. */
    @Benchmark
    @Threads(8)
    public CompletionStage<Position> eightThreads() {
        return topic.publish(message);
    }
}
