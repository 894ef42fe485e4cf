// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.EnvelopeReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One envelope, taken out of a batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EnvelopeReading {

    private static final byte[] LF = {'\n'};

    /** The payload's length in bytes. */
    @Param({"0", "100", "1000"})
    private int size;

    /** What the payload is. */
    @Param({"TEXT", "BYTES"})
    private Format format = Format.TEXT;

    private final EnvelopeReader reader = new EnvelopeReader(1 << 20);
    private final ByteBuf fromClient = PooledByteBufAllocator.DEFAULT.directBuffer();
    private final ByteBuf fromServer = PooledByteBufAllocator.DEFAULT.directBuffer();

    /** Writes what is read. */
    @Setup
    public void write() {
        Message message = Message.wrap(format, "x".repeat(size).getBytes(StandardCharsets.UTF_8));
        Envelope.numbered(123_456, Kind.DIRECT, "echo", null, message).writeTo(fromClient);
        Envelope.at(Position.parse("k3f9x2-1052"), Kind.MESSAGE, "time", null, message)
                .writeTo(fromServer);
        fromClient.writeBytes(LF);
        fromServer.writeBytes(LF);
    }

    /** Lets go of the buffers. */
    @TearDown
    public void release() {
        fromClient.release();
        fromServer.release();
    }

    /** As a server reads it. */
    @Benchmark
    public @Nullable Envelope fromClient() {
        return reader.readNext(fromClient.readerIndex(0), LF);
    }

    /** As a client reads it. */
    @Benchmark
    public @Nullable Envelope fromServer() {
        return reader.readNext(fromServer.readerIndex(0), LF);
    }
}
