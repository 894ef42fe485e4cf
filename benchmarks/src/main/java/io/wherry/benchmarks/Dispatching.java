// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.wherry.channel.Callbacks;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A handler's call, from its being handed in to its having run: one alone, and one of sixteen that are handed in together. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Dispatching {

    private static final int RUN = 16;

    /** Where handlers run: threads of their own, or the event loop. */
    @Param({"threads", "loop"})
    private String callbacks = "threads";

    private final Semaphore called = new Semaphore(0);
    private final Runnable handler = called::release;
    private @Nullable Callbacks channel;

    /** Starts the threads. */
    @Setup
    public void start() {
        channel = new Callbacks(callbacks.equals("loop"));
    }

    /** Ends the threads. */
    @TearDown
    public void stop() {
        channel().close();
    }

    private Callbacks channel() {
        Callbacks started = channel;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    /** One. */
    @Benchmark
    public void one() throws InterruptedException {
        channel().dispatch(handler);
        called.acquire();
    }

    /** Sixteen. */
    @Benchmark
    @OperationsPerInvocation(RUN)
    public void sixteen() throws InterruptedException {
        for (int i = 0; i < RUN; i++) {
            channel().dispatch(handler);
        }
        called.acquire(RUN);
    }
}
