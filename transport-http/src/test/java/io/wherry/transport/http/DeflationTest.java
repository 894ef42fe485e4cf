// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed payloads, with RFC 7692's own examples. */
class DeflationTest {

    @ParameterizedTest
    @CsvSource({
        // Section 7.2.3.1: one block; 7.2.3.3: no compression; 7.2.3.4: a final block; 7.2.3.5: two blocks.
        "f248cdc9c90700",
        "000500faff48656c6c6f00",
        "f348cdc9c9070000",
        "f24805000000ffffcac9c90700",
    })
    void readsTheExamplesOfTheRfc(String compressed) throws Exception {
        assertThat(decompress(ByteBufUtil.decodeHexDump(compressed), 5))
                .isEqualTo("Hello".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void writesTheExampleOfTheRfc() {
        assertThat(ByteBufUtil.hexDump(compress("Hello".getBytes(StandardCharsets.UTF_8))))
                .isEqualTo("f248cdc9c90700");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8190, 8191, 8192, 8193, 100_000})
    void bringsBackWhatItTook(int size) throws Exception {
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);

        assertThat(decompress(compress(noise), size)).isEqualTo(noise);
        assertThat(decompress(compress(new byte[size]), size)).isEqualTo(new byte[size]);
    }

    @Test
    void takesAPayloadInParts() throws Exception {
        ByteBuf parts = Unpooled.wrappedBuffer(
                Unpooled.copiedBuffer("head\n", StandardCharsets.UTF_8),
                Unpooled.EMPTY_BUFFER,
                Unpooled.copiedBuffer("payload", StandardCharsets.UTF_8).asReadOnly());
        ByteBuf compressed = Unpooled.buffer();

        Deflation.compress(parts, compressed);

        assertThat(new String(decompress(ByteBufUtil.getBytes(compressed), 100), StandardCharsets.UTF_8))
                .isEqualTo("head\npayload");
        assertThat(parts.readerIndex()).isZero();
    }

    @Test
    void stopsABomb() {
        byte[] bomb = compress(new byte[50_000_000]);
        ByteBuf out = Unpooled.buffer();

        assertThatThrownBy(() -> Deflation.decompress(Unpooled.wrappedBuffer(bomb), out, 100_000))
                .isInstanceOf(Deflation.TooBigException.class)
                .hasMessageContaining("100000");

        assertThat(out.capacity()).isLessThan(1_000_000);
    }

    @Test
    void takesExactlyTheLimit() throws Exception {
        assertThat(decompress(compress(new byte[100_000]), 100_000)).hasSize(100_000);
        assertThatThrownBy(() -> decompress(compress(new byte[100_001]), 100_000))
                .isInstanceOf(Deflation.TooBigException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "07", "000500", "f248cdc9c907aaaaffff"})
    void refusesWhatIsNotDeflated(String hex) {
        byte[] bytes = ByteBufUtil.decodeHexDump(hex);
        try {
            // A cut block is not told from one that ends: it only gives less.
            assertThat(decompress(bytes, 100)).hasSizeLessThan(100);
        } catch (DataFormatException e) {
            assertThat(e).isNotNull();
        } catch (Deflation.TooBigException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isCleanAfterAFailure() throws Exception {
        for (int i = 0; i < 40; i++) {
            assertThatThrownBy(() -> decompress(new byte[] {(byte) 0xff, (byte) 0xff}, 100))
                    .isInstanceOf(DataFormatException.class);
        }
        assertThat(decompress(ByteBufUtil.decodeHexDump("f248cdc9c90700"), 5)).hasSize(5);
    }

    private static byte[] compress(byte[] payload) {
        ByteBuf out = Unpooled.buffer();
        Deflation.compress(Unpooled.wrappedBuffer(payload), out);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] decompress(byte[] compressed, int limit)
            throws DataFormatException, Deflation.TooBigException {
        ByteBuf out = Unpooled.buffer();
        Deflation.decompress(Unpooled.wrappedBuffer(compressed), out, limit);
        return ByteBufUtil.getBytes(out);
    }
}
