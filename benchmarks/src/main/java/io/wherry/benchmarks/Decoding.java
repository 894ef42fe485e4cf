// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import io.wherry.transport.comet.CometDecoders;
import io.wherry.transport.http.BatchFraming;
import io.wherry.transport.http.Delimiter;
import io.wherry.transport.http.StreamDownlink;
import io.wherry.transport.sse.SseDecoders;
import io.wherry.transport.sse.SseFramings;
import io.wherry.transport.websocket.WebSocketDecoders;
import io.wherry.transport.websocket.WebSocketFramings;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
import org.openjdk.jmh.infra.Blackhole;

/** One message of a topic, taken out of the bytes of each framing by a client that reads sixteen at a time. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Decoding {

    private static final int MESSAGES = 16;
    private static final int MAX_MESSAGE = 1 << 20;

    /** The framing. */
    @Param
    private Kinds framing = Kinds.WEBSOCKET;

    /** The payload's length in bytes. */
    @Param({"100", "1000"})
    private int size;

    private final ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer();
    private StreamDownlink.Decoder decoder = (content, taker) -> {};

    /** The framings there are. */
    @SuppressWarnings("ImmutableEnumChecker") // A framing is stateless.
    public enum Kinds {
        /** Envelopes in frames. */
        WEBSOCKET(WebSocketFramings::envelopes, () -> WebSocketDecoders.envelopes(MAX_MESSAGE, false)),
        /** Compressed envelopes in frames. */
        WEBSOCKET_DEFLATED(WebSocketFramings::deflated, () -> WebSocketDecoders.envelopes(MAX_MESSAGE, true)),
        /** Envelopes in events. */
        SSE(SseFramings::unchunkedEnvelopes, () -> SseDecoders.envelopes(MAX_MESSAGE)),
        /** Envelopes in a response that does not end. */
        COMET(() -> BatchFraming.of(Delimiter.LF), () -> CometDecoders.envelopes(MAX_MESSAGE)),
        /** Envelopes in the answer to a poll. */
        BATCH(
                () -> BatchFraming.of(Delimiter.LF),
                () -> (content, taker) -> BatchFraming.read(content, MAX_MESSAGE, taker));

        private final Framing framing;
        private final Supplier<StreamDownlink.Decoder> decoder;

        Kinds(Supplier<Framing> framing, Supplier<StreamDownlink.Decoder> decoder) {
            this.framing = framing.get();
            this.decoder = decoder;
        }
    }

    /** Writes what is read. */
    @Setup
    public void write() {
        Message message = Message.wrap(Format.TEXT, "x".repeat(size).getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < MESSAGES; i++) {
            Position position = Position.parse("k3f9x2a-" + (1052 + i));
            framing.framing.encode(Envelope.at(position, Kind.MESSAGE, "time", null, message), bytes);
        }
        decoder = framing.decoder.get();
        int[] count = {0};
        decoder.read(bytes.readerIndex(0), envelope -> count[0]++);
        if (count[0] != MESSAGES) {
            throw new AssertionError("decoded " + count[0] + " messages (expected: " + MESSAGES + ")");
        }
    }

    /** Lets go of the buffer. */
    @TearDown
    public void release() {
        bytes.release();
    }

    /** From a buffer that is there. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void decode(Blackhole taken) {
        Consumer<Envelope> taker = taken::consume;
        decoder.read(bytes.readerIndex(0), taker);
    }
}
