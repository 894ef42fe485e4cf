// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.wherry.WherryException;
import io.wherry.spi.Transport;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransportsTest {

    private static Transport transport(String name) {
        Transport transport = mock(Transport.class);
        when(transport.name()).thenReturn(name);
        when(transport.keys()).thenReturn(List.of());
        return transport;
    }

    private static List<String> named(Map<String, String> values, String... there) {
        Transports transports = new Transports(
                Arrays.stream(there).map(TransportsTest::transport).toList());
        return transports.named(transports.load(values, null)).stream()
                .map(Transport::name)
                .toList();
    }

    @Test
    void takesThoseThatAreNamedInTheirOrder() {
        assertThat(named(Map.of("wherry.transports", "sse, mine"), "mine", "http", "sse"))
                .containsExactly("sse", "mine");
    }

    @Test
    void takesThoseThatAreThereWhereNoneIsNamed() {
        assertThat(named(Map.of(), "http", "mine", "websocket")).containsExactly("websocket", "http");
        assertThat(named(Map.of(), "mine")).containsExactly("mine");
    }

    @Test
    void saysWhichArtifactToAdd() {
        assertThatThrownBy(() -> named(Map.of("wherry.transports", "sse"), "http"))
                .isInstanceOf(WherryException.class)
                .hasMessageContaining(
                        "wherry.transports: sse (expected: io.wherry:wherry-transport-sse on the class path)");
        assertThatThrownBy(() -> named(Map.of("wherry.transports", "wss"), "http"))
                .hasMessageContaining("wherry.transports: wss (expected: one of http)");
        assertThatThrownBy(() -> named(Map.of())).hasMessageContaining("io.wherry:wherry-transport-websocket");
    }
}
