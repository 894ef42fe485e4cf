// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.examples.soak.Stream.Sum;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ReportTest {

    private static Report report(Sum sum, boolean all) {
        return new Report(new Plan(7, 75, 200, 1_000_000), 75_000_000_000L, sum, all, 3, new Tally());
    }

    @Test
    void saysThatThePromiseWasKept() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        report(new Sum(10, 0, 0, 0, 0), true).print(new PrintStream(out, true, StandardCharsets.UTF_8));

        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("seed 7, 200 channels in 20 groups, 75.0 s")
                .containsPattern("lost +0\\R")
                .containsPattern("connections cut +3\\R")
                .endsWith("The promise was kept." + System.lineSeparator());
    }

    @Test
    void objectsToWhateverIsWrong() {
        assertThat(report(new Sum(10, 1, 0, 0, 0), true).isKept()).isFalse();
        assertThat(report(new Sum(10, 0, 1, 0, 0), true).isKept()).isFalse();
        assertThat(report(new Sum(10, 0, 0, 1, 0), true).isKept()).isFalse();
        assertThat(report(new Sum(10, 0, 0, 0, 0), false).isKept()).isFalse();
        assertThat(report(new Sum(10, 0, 0, 0, 2), false).isKept()).isTrue();
    }

    @Test
    void objectsToWhatWasNotTakenOrWentAstray() {
        Report astray = report(new Sum(10, 0, 0, 0, 0), true);
        astray.tally().astray.increment();
        Report refused = report(new Sum(10, 0, 0, 0, 0), true);
        refused.tally().refused.increment();

        assertThat(astray.isKept()).isFalse();
        assertThat(refused.isKept()).isFalse();
    }
}
