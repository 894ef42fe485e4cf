// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8BytesTest {

    private static final String[] PIECES = {"a", "eight or more", "ü", "€", "😀", "\uFFFF", "\u0800"};

    @Test
    void saysWhatTheDecoderSays() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(6); i > 0; i--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(3); i > 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            ByteBuf buffer = Unpooled.wrappedBuffer(bytes);

            assertThat(Utf8Bytes.isWellFormed(buffer))
                    .as("seed %s, round %s", seed, round)
                    .isEqualTo(decodes(bytes));
        }
    }

    private static boolean decodes(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** What of a text is whole, when it comes byte by byte. */
    @ParameterizedTest
    @CsvSource({"61,1", "61c3,1", "61c3bc,3", "e2,0", "e282,0", "e282ac,3", "f0,0", "f09f98,0", "f09f9880,4"})
    void waitsForTheRestOfACharacter(String hex, int whole) {
        assertThat(check(hex)).isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource({"80", "c0", "c1bf", "e080", "eda0", "f08f", "f490", "f5", "ff", "c341", "e28241"})
    void knowsWhatCannotBecomeACharacter(String hex) {
        assertThat(check(hex)).isEqualTo(Utf8Bytes.MALFORMED);
    }

    private static int check(String hex) {
        return Utf8Bytes.check(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)), 0);
    }
}
