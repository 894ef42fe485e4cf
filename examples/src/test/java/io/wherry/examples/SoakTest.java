// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A short run of the soak, as a user makes it. */
final class SoakTest {

    @Test
    void nothingIsLostDoubledOrSwapped() {
        Run run = Run.of("soak", "--seconds", "3", "--channels", "20", "--messages", "5000");

        assertThat(run.status()).as(String.join("\n", run.err())).isZero();
        assertThat(run.err()).anyMatch(line -> line.startsWith("seed "));
        assertThat(count(run, "delivered")).isGreaterThanOrEqualTo(5000);
        assertThat(count(run, "lost") + count(run, "doubled") + count(run, "out of order"))
                .isZero();
        assertThat(count(run, "changes of transport asked for")).isPositive();
        assertThat(count(run, "connections cut")).isPositive();
        for (String transport : new String[] {"websocket", "sse", "longpoll", "comet", "http"}) {
            assertThat(count(run, "by " + transport)).isPositive();
        }
    }

    private static long count(Run run, String name) {
        String row = run.out().stream()
                .filter(line -> line.strip().startsWith(name + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + run.out()));
        return Long.parseLong(row.strip().substring(name.length()).strip());
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Run run = Run.of("soak", "--channels", "0");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().get(0)).contains("channels: 0 (expected: from 1 to 10000)");
    }
}
