// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

final class BroadcastServerTest {

    private static final int SUBSCRIBERS = 5;
    private static final int MESSAGES = 300;

    @ParameterizedTest
    @EnumSource
    void givesEachSubscriberEachMessage(ServerKind kind) throws Exception {
        long welcomes = kind.isChannel() ? 1 : 0;
        try (BroadcastServer server = kind.start();
                Subscribers subscribers = new Subscribers(server.port(), SUBSCRIBERS, kind.isChannel())) {
            while (server.subscribers() < SUBSCRIBERS) {
                Thread.onSpinWait(); // The last handshake's answer comes a moment before its subscriber.
            }

            for (int i = 0; i < MESSAGES; i++) {
                server.publish("x".repeat(i).getBytes(StandardCharsets.UTF_8));
            }

            subscribers.await((welcomes + MESSAGES) * SUBSCRIBERS);
            subscribers.check(welcomes + MESSAGES);
        }
    }

    @Test
    void readsLoads() {
        assertThat(Load.parse("burst:16")).isEqualTo(new Load(16, 0)).hasToString("burst:16");
        assertThat(Load.parse("rate:20")).isEqualTo(new Load(0, 20)).hasToString("rate:20");
        assertThatThrownBy(() -> Load.parse("rate:0"))
                .isInstanceOf(CommandLine.TypeConversionException.class)
                .hasMessageContaining("rate:0");
        assertThatThrownBy(() -> Load.parse("20")).hasMessageContaining("expected");
    }
}
