// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SampleTest {

    private static final long SECOND = 1_000_000_000;

    private static Sample sample(long serverRan, long serverWaited, long ownRan, long ownWaited) {
        return new Sample(
                1000,
                SECOND,
                new ProcessTimes(0, 0, serverRan, serverWaited),
                new ProcessTimes(0, 0, ownRan, ownWaited),
                5000,
                0,
                2000,
                null,
                null);
    }

    @Test
    void countsForEachOperation() {
        Sample sample = sample(SECOND / 2, 0, SECOND, 0);

        assertThat(sample.perSecond()).isEqualTo(1000);
        assertThat(sample.cpuNanos()).isEqualTo(500_000);
        assertThat(sample.garbage()).isEqualTo(5);
        assertThat(sample.wire()).isEqualTo(2);
    }

    @Test
    void saysWhenTheServerHadToWaitForTheGenerator() {
        assertThat(sample(SECOND / 2, 0, SECOND, 0).isGeneratorBound()).isTrue();
        assertThat(sample(SECOND, 0, SECOND, 0).isGeneratorBound()).isFalse();
        assertThat(sample(SECOND / 2, 0, SECOND / 2, 0).isGeneratorBound()).isFalse();
        // Others had the processor: the server would have run, and so would the generator.
        assertThat(sample(SECOND / 2, SECOND / 2, SECOND, 0).isGeneratorBound()).isFalse();
        assertThat(sample(SECOND / 2, 0, SECOND / 2, SECOND / 2).isGeneratorBound())
                .isTrue();
    }
}
