// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.VirtualClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks that serve all streams. */
class GzipFramingTest {

    private static final Framing CONTENT = RawFraming.of(Delimiter.LF);
    private static final Position AT = Position.parse("e-7");
    private static final String SECRET = "token=0123456789abcdef";

    private final GzipFraming framing = new GzipFraming(CONTENT, 100);

    private static Envelope envelope(Kind kind, String text) {
        return Envelope.at(AT, kind, "t", null, Message.of(text));
    }

    private static byte[] encode(Framing framing, Envelope... envelopes) {
        ByteBuf out = Unpooled.buffer();
        for (Envelope envelope : envelopes) {
            framing.encode(envelope, out);
        }
        return ByteBufUtil.getBytes(out);
    }

    /** The blocks without their heads, each inflated by itself, without anything before it. */
    private static List<String> inflate(byte[] encoded) throws Exception {
        ByteBuf in = Unpooled.wrappedBuffer(encoded);
        List<String> all = new ArrayList<>();
        while (in.isReadable()) {
            byte[] blocks = new byte[in.readInt()];
            int crc = in.readInt();
            byte[] content = new byte[in.readInt()];
            in.readBytes(blocks);
            Inflater inflater = new Inflater(true);
            inflater.setInput(blocks);
            assertThat(inflater.inflate(content)).isEqualTo(content.length);
            assertThat(inflater.inflate(new byte[1])).isZero();
            assertThat(inflater.getRemaining()).isZero();
            assertThat(inflater.finished()).isFalse();
            inflater.end();
            assertThat(GzipFraming.checksum(Unpooled.wrappedBuffer(content))).isEqualTo(crc);
            all.add(new String(content, StandardCharsets.UTF_8));
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 99, 100, 101, 5000, 65_534, 65_535, 65_536, 300_000})
    void bringsBackEverySize(int size) throws Exception {
        String like = "x".repeat(size);
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);
        String unlike = new String(noise, StandardCharsets.ISO_8859_1);

        assertThat(inflate(encode(framing, envelope(Kind.MESSAGE, like), envelope(Kind.MESSAGE, unlike))))
                .containsExactly(like + "\n", unlike + "\n");
    }

    @Test
    void storesWhatIsBelowTheThreshold() {
        String vector = "0000000b" + "1f2a8bab" + "00000006" + "000600f9ff" + "68656c6c6f0a";
        byte[] encoded = encode(framing, envelope(Kind.MESSAGE, "hello"));

        assertThat(ByteBufUtil.hexDump(encoded).substring(16)).isEqualTo(vector.substring(16));
        assertThat(encode(framing, envelope(Kind.MESSAGE, "x".repeat(99)))).hasSizeGreaterThan(99);
        assertThat(encode(framing, envelope(Kind.MESSAGE, "x".repeat(100)))).hasSizeLessThan(99);
    }

    @Test
    void storesWhatDoesNotGetSmaller() {
        byte[] noise = new byte[70_000];
        new Random(1).nextBytes(noise);
        Envelope envelope = Envelope.at(AT, Kind.MESSAGE, "t", null, Message.of(noise));

        assertThat(encode(framing, envelope))
                .hasSize(GzipFraming.HEAD_LENGTH + 2 * GzipFraming.STORED_HEAD_LENGTH + noise.length + 1);
    }

    @Test
    void addsNothingForWhatDoesNotShow() {
        assertThat(encode(framing, Envelope.control(Kind.HEARTBEAT, "-", null))).isEmpty();
    }

    /** What a channel alone is given stands as it is in the stream, whatever its size, however like it is to what stood before. */
    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"DIRECT", "REQUEST", "REPLY", "HISTORY", "ERROR", "WELCOME"})
    void compressesNoSecrets(Kind kind) throws Exception {
        GzipFraming envelopes = new GzipFraming(BatchFraming.of(Delimiter.LF), 1);
        String guess = SECRET.repeat(50);

        byte[] secret = encode(envelopes, envelope(kind, guess));
        byte[] run = encode(envelopes, envelope(Kind.MESSAGE, guess), envelope(kind, guess));

        int plain = encode(BatchFraming.of(Delimiter.LF), envelope(kind, guess)).length;
        assertThat(secret).hasSize(GzipFraming.HEAD_LENGTH + GzipFraming.STORED_HEAD_LENGTH + plain);
        assertThat(new String(secret, StandardCharsets.ISO_8859_1)).contains(guess);
        assertThat(run).endsWith(secret);
    }

    /** How well a message is compressed says nothing of the one before it. */
    @Test
    void compressesEachMessageByItself() {
        String text = SECRET.repeat(50);
        byte[] alone = encode(framing, envelope(Kind.MESSAGE, text));

        byte[] run = encode(framing, envelope(Kind.MESSAGE, text), envelope(Kind.MESSAGE, text));

        assertThat(run).startsWith(alone).endsWith(alone).hasSize(2 * alone.length);
    }

    @Test
    void isThereWhereTheConfigurationSaysSo() {
        assertThat(GzipFraming.of(TestServer.config(Map.of()), CONTENT)).isEmpty();
        assertThat(GzipFraming.of(TestServer.config(Map.of("wherry.http.compression", "true")), CONTENT))
                .containsOnlyKeys(CONTENT);
    }

    /** Two streams that have carried different things are given the same memory, and end with trailers of their own. */
    @Test
    void sharesOneBufferBetweenStreams() {
        FakeLoop loop = new VirtualClock().loop("loop");
        ByteBuf run = Unpooled.wrappedBuffer(
                encode(framing, envelope(Kind.MESSAGE, "short"), envelope(Kind.MESSAGE, "long".repeat(1000))));

        loop.act(() -> {
            GzipRun first = GzipRun.of(loop, run);
            GzipRun second = GzipRun.of(loop, run);
            assertThat(second).isSameAs(first);
            assertThat(second.chunk()).isSameAs(first.chunk());
            assertThat(first.length()).isEqualTo(6 + 4001);
            assertThat(first.checksum(1)).isNotEqualTo(second.checksum(2));
            assertThat(run.refCnt()).isEqualTo(2);
        });
        loop.clock().run();
        assertThat(run.refCnt()).isEqualTo(1);
        run.release();
    }

    @Test
    void makesAnotherRunOfAnotherBuffer() {
        FakeLoop loop = new VirtualClock().loop("loop");
        byte[] encoded = encode(framing, envelope(Kind.MESSAGE, "short"));
        ByteBuf one = Unpooled.wrappedBuffer(encoded);
        ByteBuf two = Unpooled.wrappedBuffer(encoded.clone());

        loop.act(() -> {
            GzipRun first = GzipRun.of(loop, one);
            ByteBuf chunk = first.chunk().retain();
            GzipRun second = GzipRun.of(loop, two);
            assertThat(second).isNotSameAs(first);
            assertThat(second.chunk()).isEqualTo(chunk);
            assertThat(one.refCnt()).isEqualTo(1);
            chunk.release();
        });
        loop.clock().run();
        assertThat(two.refCnt()).isEqualTo(1);
    }
}
