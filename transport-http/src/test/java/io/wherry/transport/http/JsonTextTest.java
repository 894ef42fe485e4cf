// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTextTest {

    private static boolean isValue(String text) {
        return JsonText.isValue(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "12.5e-3",
                "1E+2",
                "true",
                "false",
                "null",
                "\"\"",
                "\"a\\n\\u00e9ü😀\"",
                "[]",
                "{}",
                " [1, [2 , {\"a\" : [] , \"b\":{}}], \"x\"] \n"
            })
    void knowsAValue(String text) {
        assertThat(isValue(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "NaN",
                "tru",
                "truex",
                "'a'",
                "\"a",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"a\nb\"",
                "[1,]",
                "[1 2]",
                "[,1]",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{\"a\":1,}",
                "1,2",
                "1}",
                "[1",
                "{",
                "\u0000"
            })
    void knowsWhatIsNone(String text) {
        assertThat(isValue(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 10_000})
    void isNotBroughtDownByDepth(int depth) {
        assertThat(isValue("[".repeat(depth) + "]".repeat(depth))).isEqualTo(depth < 500);
    }
}
