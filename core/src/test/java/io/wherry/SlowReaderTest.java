// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.SlowReader.Policy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlowReaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keep",
                "latest",
                "latest-by-key",
                "latest 5/s",
                "latest-by-key 1000/s",
                "disconnect",
                "disconnect 1000"
            })
    void isWrittenAsItIsRead(String text) {
        assertThat(SlowReader.parse(" " + text + " ").toString()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Keep",
                "latest 5",
                "latest 0/s",
                "latest 1001/s",
                "keep 5/s",
                "disconnect 5/s",
                "disconnect -1",
                "keep 3",
                "latest  5/s",
                "newest",
                "disconnect 9999999999"
            })
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> SlowReader.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: ");
    }

    @Test
    void hasAMethodForEach() {
        assertThat(SlowReader.keep()).isEqualTo(new SlowReader(Policy.KEEP, 0, 0));
        assertThat(SlowReader.latest().atMost(5)).isEqualTo(SlowReader.parse("latest 5/s"));
        assertThat(SlowReader.latestByKey().atMost(1)).isEqualTo(SlowReader.parse("latest-by-key 1/s"));
        assertThat(SlowReader.disconnect(7)).isEqualTo(SlowReader.parse("disconnect 7"));
        assertThatThrownBy(() -> SlowReader.disconnect(0)).hasMessage("maxBehind: 0 (expected: 1 or more)");
        assertThatThrownBy(() -> SlowReader.keep().atMost(5)).hasMessage("perSecond: 5 (expected: 0 for keep)");
        assertThatThrownBy(() -> SlowReader.latest().atMost(0)).hasMessage("atMost: 0 (expected: 1 to 1000)");
    }
}
