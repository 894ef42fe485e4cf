// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigKeyTest {

    private static final ConfigKey<Duration> TIME = ConfigKey.duration("wherry.test", "1s", "A time.");
    private static final ConfigKey<Integer> SIZE = ConfigKey.size("wherry.test", "1KiB", "A size.");
    private static final ConfigKey<Integer> NUMBER = ConfigKey.number("wherry.test", 5, -1, 10, "A number.");
    private static final ConfigKey<Boolean> FLAG = ConfigKey.flag("wherry.test", false, "A flag.");
    private static final ConfigKey<String> CHOICE =
            ConfigKey.choice("wherry.test", "a", List.of("a", "b"), "A choice.");

    @ParameterizedTest
    @CsvSource({
        "250ms, PT0.25S",
        "25s, PT25S",
        "5m, PT5M",
        "2h, PT2H",
        "1d, PT24H",
        "365d, PT8760H",
        "31536000000ms, PT8760H",
        "007s, PT7S",
        "' 5 s ', PT5S"
    })
    void timesHaveUnits(String text, Duration expected) {
        assertThat(read(TIME, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "5",
                "0s",
                "-5s",
                "+5s",
                "5 minutes",
                "5S",
                "1.5s",
                "5s 3ms",
                "366d",
                "99999999999999999999s",
                "9223372036854775807d",
                "٥s",
                "PT5S"
            })
    void whatIsNoTimeIsRefused(String text) {
        refuses(TIME, text, "a time such as 250ms, 25s or 2h, at most 365d");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "512, 512",
        "512B, 512",
        "64KiB, 65536",
        "1MiB, 1048576",
        "1 GiB, 1073741824",
        "2147483647, 2147483647"
    })
    void sizesHaveUnits(String text, int expected) {
        assertThat(read(SIZE, text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "KiB",
                "1KB",
                "1kib",
                "1.5MiB",
                "2GiB",
                "2147483648",
                "9223372036854775807GiB",
                "1TiB"
            })
    void whatIsNoSizeIsRefused(String text) {
        refuses(SIZE, text, "a size such as 512, 64KiB or 1MiB, below 2GiB");
    }

    @Test
    void numbersHaveBounds() {
        assertThat(read(NUMBER, "-1")).isEqualTo(-1);
        assertThat(read(NUMBER, " 10 ")).isEqualTo(10);
        for (String text : List.of("", "-2", "11", "1.0", "ten", "0x1", "5s", "99999999999")) {
            refuses(NUMBER, text, "a whole number from -1 to 10");
        }
        assertThat(ConfigKey.number("wherry.test", 5, 1, Integer.MAX_VALUE, "A number.")
                        .expected())
                .isEqualTo("a whole number, 1 or more");
    }

    @Test
    void flagsAreTrueOrFalse() {
        assertThat(read(FLAG, "true ")).isTrue();
        assertThat(read(FLAG, "false")).isFalse();
        for (String text : List.of("", "yes", "1", "TRUE", "on")) {
            refuses(FLAG, text, "true or false");
        }
    }

    @Test
    void choicesAreOneOfTheWords() {
        assertThat(read(CHOICE, " b")).isEqualTo("b");
        refuses(CHOICE, "c", "one of a, b");
        refuses(CHOICE, "", "one of a, b");
    }

    @Test
    void wordsMayBeNone() {
        ConfigKey<List<String>> words = ConfigKey.words("wherry.test", "", "Words.");

        assertThat(words.defaultValue()).isEmpty();
        assertThat(read(words, " a, b ,,c")).containsExactly("a", "b", "c");
    }

    @Test
    void aTextIsKeptAsItIs() {
        ConfigKey<String> text = ConfigKey.text("wherry.test", "\n", "A text.");

        assertThat(text.defaultValue()).isEqualTo("\n");
        assertThat(read(text, " a ")).isEqualTo(" a ");
        assertThat(read(text, "")).isEmpty();
    }

    @Test
    void aDefaultThatIsWrongIsFoundAtOnce() {
        assertThatThrownBy(() -> ConfigKey.duration("wherry.test", "5", "A time."))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static <T> T read(ConfigKey<T> key, String text) {
        return Config.of(Map.of(key.name(), text), List.of(key)).get(key);
    }

    private static void refuses(ConfigKey<?> key, String text, String expected) {
        Refusal.of(() -> Config.of(Map.of(key.name(), text), List.of(key)))
                .isEqualTo(
                        "configuration: wherry.test: " + text + ", from the values given (expected: " + expected + ")");
    }
}
