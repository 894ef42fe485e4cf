// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
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

/** One text frame of a client, decoded by a server: by Netty's decoder, by the least that can, and a buffer that is only passed on. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameReading {

    private static final int FRAMES = 16;
    /** What is unmasked once more is ASCII again. */
    private static final int MASK = 0x01010101;

    /** Who decodes. */
    @Param
    private Decoders decoder = Decoders.NONE;

    /** How many frames come in one buffer. */
    @Param({"1", "16"})
    private int together;

    private final ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer();
    private EmbeddedChannel channel = new EmbeddedChannel();

    /** The decoders there are. */
    @SuppressWarnings("ImmutableEnumChecker") // A supplier of handlers is stateless.
    public enum Decoders {
        /** Nobody. */
        NONE(() -> new ChannelHandler[0]),
        /** The experiment. */
        MINIMAL(() -> new ChannelHandler[] {new SmallFrames()}),
        /** Netty's, as Wherry has it. */
        NETTY(() -> new ChannelHandler[] {new WebSocket13FrameDecoder(config())}),
        /** The same with its check of text. */
        NETTY_CHECKED(
                () -> new ChannelHandler[] {new WebSocket13FrameDecoder(config()), new Utf8FrameValidator(false)});

        private final Supplier<ChannelHandler[]> handlers;

        Decoders(Supplier<ChannelHandler[]> handlers) {
            this.handlers = handlers;
        }

        private static WebSocketDecoderConfig config() {
            return WebSocketDecoderConfig.newBuilder()
                    .expectMaskedFrames(true)
                    .maxFramePayloadLength(1 << 20)
                    .closeOnProtocolViolation(false)
                    .build();
        }
    }

    /** Counts what comes, and lets go of it. */
    private static final class Sink extends ChannelInboundHandlerAdapter {

        private int count;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            count++;
            ReferenceCountUtil.release(message);
        }
    }

    /** Writes what is read: questions of 128 bytes in their envelopes. */
    @Setup
    public void write() {
        byte[] text = ("q 1052 128 text echo\n" + "x".repeat(128)).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < together; i++) {
            bytes.writeByte(0x81).writeByte(0x80 | 126).writeShort(text.length).writeInt(MASK);
            for (byte each : text) {
                bytes.writeByte(each ^ 1);
            }
        }
        Sink sink = new Sink();
        channel = new EmbeddedChannel(decoder.handlers.get());
        channel.pipeline().addLast(sink);
        decode();
        int expected = decoder == Decoders.NONE ? FRAMES / together : FRAMES;
        if (sink.count != expected) {
            throw new AssertionError("decoded " + sink.count + " frames (expected: " + expected + ")");
        }
    }

    /** Lets go of the buffer. */
    @TearDown
    public void release() {
        channel.finishAndReleaseAll();
        bytes.release();
    }

    /** Sixteen frames, one by one or together. */
    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void decode() {
        for (int i = 0; i < FRAMES; i += together) {
            channel.pipeline().fireChannelRead(bytes.retainedDuplicate());
            channel.pipeline().fireChannelReadComplete();
        }
    }
}
