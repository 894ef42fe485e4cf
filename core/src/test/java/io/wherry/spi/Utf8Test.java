// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class Utf8Test {

    @Test
    void everyCodePointIsWellFormedButNotTheSurrogates() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            byte[] bytes = encode(codePoint);
            boolean isSurrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            if (Utf8.isWellFormed(bytes, 0, bytes.length) == isSurrogate) {
                throw new AssertionError("code point " + codePoint);
            }
        }
    }

    @Test
    void onlyThePartAskedForCounts() {
        byte[] bytes = "ää".getBytes(StandardCharsets.UTF_8);

        assertThat(Utf8.isWellFormed(bytes, 2, 4)).isTrue();
        assertThat(Utf8.isWellFormed(bytes, 1, 4)).isFalse();
        assertThat(Utf8.isWellFormed(bytes, 0, 3)).isFalse();
        assertThat(Utf8.isWellFormed(bytes, 3, 3)).isTrue();
    }

    @Test
    void itAgreesWithTheJdk() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        byte[] letters = "aaaaaaaaä\u4f60\uD83D\uDE00aaaaaaaaaaaaaaaaaaaaö".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = letters.clone();
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            int start = random.nextInt(bytes.length);
            int end = random.nextInt(start, bytes.length + 1);

            assertThat(Utf8.isWellFormed(bytes, start, end))
                    .as("seed %s, round %s", seed, round)
                    .isEqualTo(decodes(bytes, start, end));
        }
    }

    private static boolean decodes(byte[] bytes, int start, int end) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, start, end - start));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Encodes by RFC 3629's table, surrogates too. */
    private static byte[] encode(int codePoint) {
        if (codePoint < 0x80) {
            return new byte[] {(byte) codePoint};
        }
        if (codePoint < 0x800) {
            return new byte[] {(byte) (0xC0 | codePoint >> 6), tail(codePoint)};
        }
        if (codePoint < 0x10000) {
            return new byte[] {(byte) (0xE0 | codePoint >> 12), tail(codePoint >> 6), tail(codePoint)};
        }
        return new byte[] {(byte) (0xF0 | codePoint >> 18), tail(codePoint >> 12), tail(codePoint >> 6), tail(codePoint)
        };
    }

    private static byte tail(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
    }
}
