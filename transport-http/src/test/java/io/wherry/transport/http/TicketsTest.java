// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.WherryException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TicketsTest {

    private long now = Long.MAX_VALUE - 1000;
    private final Tickets tickets =
            new Tickets(Duration.ofSeconds(30), List.of("authorization", "cookie"), () -> now, new Random(7));

    private static Handshake request(Map<String, List<String>> headers, Map<String, List<String>> query) {
        return new Handshake("sse", null, headers, query);
    }

    private static Handshake showing(String ticket) {
        return request(
                Map.of("cookie", List.of("theirs"), "host", List.of("x")),
                Map.of("ticket", List.of(ticket), "topic", List.of("time")));
    }

    private String issue() {
        return tickets.issue(
                request(Map.of("authorization", List.of("Bearer ada"), "accept", List.of("*/*")), Map.of()));
    }

    private void assertRefused(String ticket) {
        assertThatExceptionOfType(WherryException.class)
                .isThrownBy(() -> tickets.redeem(showing(ticket)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHORIZED));
    }

    @Test
    void standsForTheCredentialsAndNothingElse() {
        Handshake redeemed = tickets.redeem(showing(issue()));

        assertThat(redeemed.headers()).isEqualTo(Map.of("authorization", List.of("Bearer ada"), "host", List.of("x")));
        assertThat(redeemed.query()).isEqualTo(Map.of("topic", List.of("time")));
    }

    @Test
    void isGoodOnce() {
        String ticket = issue();
        String other = issue();
        tickets.redeem(showing(ticket));

        assertRefused(ticket);
        assertRefused("");
        assertThat(tickets.redeem(showing(other)).header("authorization")).isEqualTo("Bearer ada");
    }

    @Test
    void isGoodForAWhile() {
        String first = issue();
        now += Duration.ofSeconds(20).toNanos();
        String second = issue();
        now += Duration.ofSeconds(10).toNanos();

        assertRefused(first);
        assertThat(tickets.redeem(showing(second)).header("authorization")).isEqualTo("Bearer ada");
    }

    @Test
    void areBounded() {
        for (int i = 0; i < 8192; i++) {
            issue();
        }
        assertThatExceptionOfType(WherryException.class)
                .isThrownBy(this::issue)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY));
        now += Duration.ofSeconds(30).toNanos();
        issue();
    }

    @Test
    void aRequestWithoutOneIsAsItWas() {
        Handshake request = request(Map.of("cookie", List.of("own")), Map.of());
        assertThat(tickets.redeem(request)).isSameAs(request);
        Tickets none = new Tickets(Duration.ZERO, List.of("cookie"));
        assertThat(none.areGiven()).isFalse();
        assertThat(none.redeem(showing("x"))).isEqualTo(showing("x"));
    }
}
