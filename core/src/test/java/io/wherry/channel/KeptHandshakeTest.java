// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Handshake;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class KeptHandshakeTest {

    @Test
    void givesBackWhatItWasMadeOf() {
        Handshake handshake = new Handshake(
                "websocket",
                new InetSocketAddress("127.0.0.1", 7),
                Map.of(
                        "cookie",
                        List.of("a=1; b=2", "", "3:4:"),
                        "x-name",
                        List.of("Zoë \u0000\ud83d\ude00"),
                        "empty",
                        List.of()),
                Map.of("topic", List.of("t:1", "12:t2"), "", List.of("0")));

        KeptHandshake kept = KeptHandshake.of(handshake);

        assertThat(kept.handshake()).isEqualTo(handshake);
        assertThat(kept.remoteAddress()).isEqualTo(handshake.remoteAddress());
        assertThat(kept).hasToString(handshake.toString());
    }

    @Test
    void keepsNoKeyOfAWebSocket() {
        Handshake handshake = new Handshake(
                "websocket", null, Map.of("sec-websocket-key", List.of("once"), "host", List.of("a")), Map.of());

        assertThat(KeptHandshake.of(handshake).handshake())
                .isEqualTo(new Handshake("websocket", null, Map.of("host", List.of("a")), Map.of()));
    }

    @Test
    void keepsHandshakesApartThatDiffer() {
        for (int i = 0; i < 300; i++) {
            Handshake handshake = new Handshake(
                    "sse", null, Map.of("host", List.of("host" + i % 100)), Map.of("topic", List.of("t" + i % 7)));

            assertThat(KeptHandshake.of(handshake).handshake()).isEqualTo(handshake);
        }
    }

    @Test
    void givesBackNothing() {
        Handshake handshake = new Handshake("local", null, Map.of(), Map.of());

        assertThat(KeptHandshake.of(handshake).handshake()).isEqualTo(handshake);
    }
}
