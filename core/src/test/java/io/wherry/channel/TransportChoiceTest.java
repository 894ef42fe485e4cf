// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.wherry.channel.TransportChoice.Named;
import io.wherry.spi.ClientTransport;
import java.net.URI;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TransportChoiceTest {

    private static final long SECOND = 1_000_000_000L;
    private static final URI HERE = URI.create("http://localhost/wherry");

    private final PathHealth health = new PathHealth();
    private final Named websocket = new Named("websocket", mock(ClientTransport.class));
    private final Named sse = new Named("sse", mock(ClientTransport.class));
    private final Named http = new Named("http", mock(ClientTransport.class));
    private final TransportChoice choice = choice(HERE);

    private TransportChoice choice(URI uri) {
        return new TransportChoice(
                List.of(websocket, sse, http),
                uri,
                health,
                new PathHealth.Aside(2 * SECOND, 30 * SECOND, new Random(1)));
    }

    @Test
    void triesTheNextInOrderWhenOneFails() {
        assertThat(choice.next(0)).isEqualTo(websocket);
        assertThat(choice.failed(websocket, 0)).isTrue();
        assertThat(choice.next(0)).isEqualTo(sse);
        assertThat(choice.failed(sse, 0)).isTrue();
        assertThat(choice.next(0)).isEqualTo(http);
    }

    @Test
    void learnsNothingOfTransportsWhenAllFail() {
        choice.failed(websocket, 0);
        choice.failed(sse, 0);
        assertThat(choice.failed(http, 0)).isFalse();

        assertThat(choice.next(0)).isEqualTo(websocket);
        assertThat(choice(HERE).next(0)).isEqualTo(websocket);
    }

    @Test
    void remembersForAllChannelsOnThePathWhatFailed() {
        choice.failed(websocket, 0);

        assertThat(choice(HERE).next(SECOND)).isEqualTo(sse);
        assertThat(choice(URI.create("http://elsewhere/wherry")).next(SECOND)).isEqualTo(websocket);
        assertThat(choice(HERE).next(3 * SECOND)).isEqualTo(websocket);
    }

    @Test
    void putsAsideForATimeThatGrowsUpToABound() {
        PathHealth.Key key = new PathHealth.Key(HERE.toString(), "websocket");
        long now = 0;
        long before = 0;
        for (int i = 0; i < 8; i++) {
            choice.failedOnStandby(websocket, now);
            long aside = health.asideForNanos(key, now);
            assertThat(aside).isBetween(Math.min(before, 20 * SECOND), 30 * SECOND);
            before = aside;
            now += aside + 1;
            assertThat(health.isAside(key, now)).isFalse();
        }
        assertThat(before).isGreaterThan(20 * SECOND);
        choice.lasted(websocket);
        choice.failedOnStandby(websocket, now);
        assertThat(health.asideForNanos(key, now)).isLessThanOrEqualTo(2 * SECOND);
    }

    @Test
    void goesBackToTheOneThatWorkedBeforeABetterOne() {
        choice.failed(websocket, 0);
        choice.worked(sse);

        assertThat(choice.next(60 * SECOND)).isEqualTo(sse);
        assertThat(choice.better(sse, 0)).isNull();
        assertThat(choice.betterInNanos(sse, 0)).isBetween(SECOND, 2 * SECOND);
        assertThat(choice.better(sse, 3 * SECOND)).isEqualTo(websocket);
        assertThat(choice.betterInNanos(sse, 3 * SECOND)).isZero();
        assertThat(choice.betterInNanos(websocket, 3 * SECOND)).isNegative();
    }

    @Test
    void putsAsideWhatIsCutSoonAgainAndAgain() {
        choice.worked(websocket);
        assertThat(choice.cut(websocket, 10 * SECOND, 0)).isFalse();
        assertThat(choice.cut(websocket, 10 * SECOND, 0)).isFalse();
        assertThat(choice.cut(websocket, 10 * SECOND, 0)).isTrue();
        assertThat(choice.next(0)).isEqualTo(sse);

        // It is on probation when it is tried again: one cut is enough then, unless it has lasted.
        assertThat(choice.cut(websocket, 10 * SECOND, 5 * SECOND)).isTrue();
        assertThat(choice.cut(websocket, 31 * SECOND, 50 * SECOND)).isFalse();
        assertThat(choice.cut(websocket, 10 * SECOND, 60 * SECOND)).isFalse();
    }

    @Test
    void remembersNoMorePathsThanSoMany() {
        PathHealth.Aside aside = new PathHealth.Aside(2 * SECOND, 30 * SECOND, new Random(1));
        for (int i = 0; i < 10_000; i++) {
            health.cut(new PathHealth.Key("http://host" + i + "/", "sse"), SECOND, 0, aside);
        }
        assertThat(health.size()).isBetween(1, 4096);
    }

    @Test
    void keepsToWhatTheApplicationChoseUntilItFails() {
        choice.worked(websocket);
        choice.pin(http);
        choice.worked(http);

        assertThat(choice.better(http, 0)).isNull();
        assertThat(choice.next(0)).isEqualTo(http);
        choice.failed(http, 0);
        assertThat(choice.next(0)).isEqualTo(websocket);
    }

    @Test
    void triesAllWithinTheTimeForConnectingAndIsMorePatientEachRound() {
        assertThat(choice.patienceNanos(6 * SECOND)).isEqualTo(2 * SECOND);
        for (Named one : List.of(websocket, sse, http)) {
            choice.failed(one, 0);
        }
        assertThat(choice.patienceNanos(6 * SECOND)).isEqualTo(4 * SECOND);
        for (Named one : List.of(websocket, sse, http)) {
            choice.failed(one, 0);
        }
        assertThat(choice.patienceNanos(6 * SECOND)).isEqualTo(6 * SECOND);
        choice.worked(sse);
        assertThat(choice.patienceNanos(6 * SECOND)).isEqualTo(2 * SECOND);
    }
}
