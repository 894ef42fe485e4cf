// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TextCacheTest {

    private final TextCache cache = new TextCache();

    @Test
    void aTextThatComesAgainIsTheSame() {
        String first = get("time");

        assertThat(first).isEqualTo("time");
        assertThat(get("time")).isSameAs(first);
        assertThat(get("tim")).isEqualTo("tim");
        assertThat(get("")).isEmpty();
    }

    @Test
    void textsOfOneHashAreKeptApart() {
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());

        assertThat(get("Aa")).isEqualTo("Aa");
        assertThat(get("BB")).isEqualTo("BB");
        assertThat(get("Aa")).isEqualTo("Aa");
    }

    @Test
    void otherTextsAreReadToo() {
        assertThat(get("größe")).isEqualTo("größe");
        assertThat(get("x".repeat(200))).isEqualTo("x".repeat(200)).isNotSameAs(get("x".repeat(200)));
    }

    @Test
    void itNeverMixesTextsUp() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 100_000; round++) {
            String text = Integer.toString(random.nextInt(5000), 36);
            assertThat(get(text)).as("seed %s", seed).isEqualTo(text);
        }
    }

    private String get(String text) {
        byte[] bytes = (" " + text + " ").getBytes(StandardCharsets.UTF_8);
        return cache.get(bytes, 1, bytes.length - 1);
    }
}
