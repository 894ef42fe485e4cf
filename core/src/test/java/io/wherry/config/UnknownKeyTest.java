// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnknownKeyTest {

    @ParameterizedTest
    @CsvSource({"'', '', 0", "a, '', 1", "'', ab, 2", "kitten, sitting, 3", "port, prot, 2", "same, same, 0"})
    void editsAreCounted(String a, String b, int expected) {
        assertThat(UnknownKey.edits(a, b)).isEqualTo(expected);
        assertThat(UnknownKey.edits(b, a)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "wherry.prot, wherry.port",
        "wherry.hartbeat, wherry.heartbeat",
        "wherry.transport, wherry.transports",
        "wherry.handshake-time, wherry.limits.handshake-time",
        "wherry.limits.heartbeat, wherry.heartbeat",
        "wherry.max-count, wherry.topic.max-count",
        "wherry.topics.max-age, wherry.topic.max-age",
        "wherry.limits.max-batch, wherry.limits.batch",
        "heartbeat, wherry.heartbeat",
        "wherry.lostAfter, wherry.lost-after"
    })
    void theNearestKeyIsNamed(String given, String nearest) {
        Refusal.of(() -> Config.of(Map.of(given, "x"), CoreKeys.all()))
                .endsWith("(expected: a key that exists, of which " + nearest + " is the nearest)");
    }
}
