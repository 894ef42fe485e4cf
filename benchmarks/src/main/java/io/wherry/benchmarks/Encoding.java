// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import io.wherry.transport.http.BatchFraming;
import io.wherry.transport.http.Delimiter;
import io.wherry.transport.http.RawFraming;
import io.wherry.transport.local.LocalFramings;
import io.wherry.transport.sse.SseFramings;
import io.wherry.transport.websocket.WebSocketFramings;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
import org.openjdk.jmh.annotations.Warmup;

/** One message of a topic, in the bytes of each framing: done once for a message, however many readers there are. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Encoding {

    /** The framing. */
    @Param
    private Kinds framing = Kinds.WEBSOCKET;

    /** The payload's length in bytes. */
    @Param({"100", "1000"})
    private int size;

    private final ByteBuf out = Unpooled.buffer(4096);

    /** The framings there are. */
    @SuppressWarnings("ImmutableEnumChecker") // A framing is stateless.
    public enum Kinds {
        /** Envelopes in frames. */
        WEBSOCKET(WebSocketFramings::envelopes),
        /** Payloads in frames. */
        WEBSOCKET_PLAIN(WebSocketFramings::payloads),
        /** Objects in frames. */
        WEBSOCKET_JSON(WebSocketFramings::json),
        /** Compressed envelopes in frames. */
        WEBSOCKET_DEFLATED(WebSocketFramings::deflated),
        /** Envelopes in events. */
        SSE(SseFramings::envelopes),
        /** Payloads in events. */
        SSE_PLAIN(SseFramings::payloads),
        /** Envelopes in the answer to a poll. */
        BATCH(() -> BatchFraming.of(Delimiter.LF)),
        /** Payloads in the answer to a poll. */
        BATCH_PLAIN(() -> RawFraming.of(Delimiter.LF)),
        /** Envelopes in the chunks of a response that does not end. */
        COMET(Delimiter.LF::chunkedBatch),
        /** Payloads in the chunks of a response that does not end. */
        COMET_PLAIN(Delimiter.LF::chunkedRaw),
        /** Envelopes in the process. */
        LOCAL(LocalFramings::framing);

        private final Framing framing;

        Kinds(Supplier<Framing> framing) {
            this.framing = framing.get();
        }
    }

    private Envelope envelope = Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null);

    /** Makes what is encoded. */
    @Setup
    public void publish() {
        byte[] text = "x".repeat(size).getBytes(StandardCharsets.UTF_8);
        Message message = Message.wrap(Format.TEXT, text);
        envelope = Envelope.at(Position.parse("k3f9x2a-1052"), Kind.MESSAGE, "time", null, message);
    }

    /** Into a buffer that is there. */
    @Benchmark
    public ByteBuf encode() {
        framing.framing.encode(envelope, out.clear());
        return out;
    }
}
