// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WelcomeTest {

    private final ClientSettings settings = ClientSettings.of(Config.of(Map.of(), CoreKeys.all()));

    private Welcome read(String text) {
        return Welcome.of(Envelope.at(null, Kind.WELCOME, "id", "new", Message.of(text)), settings);
    }

    @Test
    void readsWhatTheServerWrites() {
        String text = ServerSettings.of(Config.of(Map.of("wherry.lost-after", "30s"), CoreKeys.all()))
                .welcome(17);

        Welcome welcome = read(text);

        assertThat(welcome.heartbeatNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(15));
        assertThat(welcome.lostAfterNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(30));
        assertThat(welcome.maxMessage()).isEqualTo(1 << 20);
        assertThat(welcome.acknowledged()).isEqualTo(17);
    }

    @Test
    void nothingIsAcknowledgedWhereItIsNotSaid() {
        assertThat(read("").acknowledged()).isZero();
        assertThat(read("acked=0\n").acknowledged()).isZero();
        assertThat(read("acked=x\nacked").acknowledged()).isZero();
        assertThat(read("acked=5000000000").acknowledged()).isEqualTo(5_000_000_000L);
    }

    @Test
    void isNeverLostBeforeTheServerSpeaks() {
        Welcome welcome = read("heartbeat=60000\nlost-after=1000\nunknown=3");

        assertThat(welcome.lostAfterNanos()).isGreaterThan(welcome.heartbeatNanos());
    }
}
