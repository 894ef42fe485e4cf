// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class KeyTableTest {

    @Test
    void aRowIsAKey() {
        List<ConfigKey<?>> keys = List.of(
                ConfigKey.text("wherry.a", "", "Says a | b.").forServer(),
                ConfigKey.text("wherry.b", "\r\n\t\\", "Says b.").forClient(),
                ConfigKey.flag("wherry.c", true, "Less than wherry.lost-after, or wherry.b."));

        assertThat(KeyTable.markdown(keys)).isEqualTo("""
                | key | default | expected | side | what it is for |
                |---|---|---|---|---|
                | `wherry.a` | (empty) | a text | server | Says a \\| b. |
                | `wherry.b` | `\\r\\n\\t\\\\` | a text | client | Says b. |
                | `wherry.c` | `true` | true or false | both | Less than `wherry.lost-after`, or `wherry.b`. |
                """);
    }
}
