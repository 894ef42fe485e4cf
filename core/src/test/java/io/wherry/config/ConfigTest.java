// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ConfigTest {

    private static final ConfigKey<Integer> RETRIES =
            ConfigKey.number("wherry.sse.retries", 3, 0, 10, "How often it is tried again.");

    @Test
    void aKeyThatIsNotSetHasItsDefault() {
        Config config = Config.of(Map.of(), CoreKeys.all());

        assertThat(config.get(CoreKeys.PORT)).isEqualTo(8080);
        assertThat(config.get(CoreKeys.HEARTBEAT)).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.get(CoreKeys.TRANSPORTS)).containsExactly("websocket", "sse", "longpoll", "comet", "http");
        assertThat(config.get(RETRIES)).isEqualTo(3);
    }

    @Test
    void aKeyThatIsSetHasItsValue() {
        Config config = Config.of(
                Map.of("wherry.port", "9090", "wherry.transports", "sse, http", "wherry.limits.batch", "8MiB"),
                CoreKeys.all());

        assertThat(config.get(CoreKeys.PORT)).isEqualTo(9090);
        assertThat(config.get(CoreKeys.TRANSPORTS)).containsExactly("sse", "http");
        assertThat(Limits.of(config).batch()).isEqualTo(8 << 20);
    }

    @Test
    void aValueIsReadOnce() {
        AtomicInteger reads = new AtomicInteger();
        ConfigKey<Integer> key = ConfigKey.of("wherry.test", "0", "a text", "Counts.", text -> reads.incrementAndGet());
        Config config = Config.of(Map.of("wherry.test", "x"), List.of(key));

        assertThat(config.get(key)).isEqualTo(config.get(key)).isEqualTo(2);
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearest() {
        Refusal.of(() -> Config.of(Map.of("wherry.hartbeat", "5s"), CoreKeys.all()))
                .isEqualTo("configuration: wherry.hartbeat: 5s, from the values given"
                        + " (expected: a key that exists, of which wherry.heartbeat is the nearest)");
    }

    @Test
    void aBadValueIsRefusedWithWhatWasExpected() {
        Refusal.of(() -> Config.of(Map.of("wherry.port", "eighty"), CoreKeys.all()))
                .isEqualTo("configuration: wherry.port: eighty, from the values given"
                        + " (expected: a whole number from 0 to 65535)");
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        Refusal.of(() -> Config.of(
                        Map.of("wherry.port", "-1", "wherry.heartbeat", "15", "wherry.pat", "/"), CoreKeys.all()))
                .hasLineCount(3)
                .contains("wherry.port: -1", "wherry.heartbeat: 15", "wherry.pat: /");
    }

    @Test
    void aKeyOfAModuleThatIsMissingNamesTheArtifact() {
        Refusal.of(() -> Config.of(Map.of("wherry.sse.retry", "3s"), CoreKeys.all()))
                .endsWith(
                        "(expected: io.wherry:wherry-transport-sse on the class path, whose keys begin with wherry.sse.)");
    }

    @Test
    void aKeyOfAModuleThatIsThereNamesTheNearestKey() {
        List<ConfigKey<?>> known = new ArrayList<>(CoreKeys.all());
        known.add(RETRIES);

        Refusal.of(() -> Config.of(Map.of("wherry.sse.retrys", "3s"), known))
                .contains("wherry.sse.retries is the nearest");
    }

    @Test
    void aSecretIsNotShown() {
        ConfigKey<Integer> key = ConfigKey.number("wherry.tls.key-password", 1, 0, 9, "A number, to be refused.");

        Refusal.of(() -> Config.of(
                        Map.of("wherry.tls.key-pasword", "hunter2", "wherry.tls.key-password", "hunter2"),
                        List.of(key)))
                .doesNotContain("hunter2")
                .contains("wherry.tls.key-password: ***");
        assertThat(Config.of(Map.of("wherry.tls.key-password", "7"), List.of(key))
                        .toString())
                .isEqualTo("Config[wherry.tls.key-password: ***, from the values given]");
    }

    @Test
    void aPeersLimitsMustFitTogether() {
        Refusal.of(() -> Config.of(Map.of("wherry.limits.message", "8MiB"), CoreKeys.all()))
                .isEqualTo("configuration: wherry.limits.batch: 4MiB, the default"
                        + " (expected: more than wherry.limits.message: 8MiB, from the values given)\n"
                        + "configuration: wherry.limits.decompressed: 1MiB, the default"
                        + " (expected: at least wherry.limits.message: 8MiB, from the values given)");
        Refusal.of(() -> Config.of(Map.of("wherry.limits.unacknowledged", "64KiB"), CoreKeys.all()))
                .contains("at least wherry.limits.message: 1MiB, the default")
                .contains("at least wherry.limits.outbound-high: 1MiB, the default");
    }

    @Test
    void timesMustFitTogether() {
        Refusal.of(() -> Config.of(Map.of("wherry.lost-after", "15s"), CoreKeys.all()))
                .isEqualTo("configuration: wherry.lost-after: 15s, from the values given"
                        + " (expected: more than wherry.heartbeat: 15s, the default)");
        Refusal.of(() -> Config.of(Map.of("wherry.backoff-min", "21s"), CoreKeys.all()))
                .contains("wherry.backoff-max: 20s, the default (expected: at least wherry.backoff-min: 21s");
        assertThat(Config.of(Map.of("wherry.backoff-min", "20s"), CoreKeys.all())
                        .get(CoreKeys.BACKOFF_MIN))
                .isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void aKeyMayBeKnownTwiceButNotTwoOfOneName() {
        assertThat(Config.of(Map.of("wherry.sse.retries", "5"), List.of(RETRIES, RETRIES))
                        .get(RETRIES))
                .isEqualTo(5);
        ConfigKey<String> twin = ConfigKey.text("wherry.sse.retries", "", "Another.");
        assertThatThrownBy(() -> Config.of(Map.of(), List.of(RETRIES, twin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wherry.sse.retries");
    }
}
