// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SpreadTest {

    @Test
    void takesTheMiddleOfAnOddNumber() {
        assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9));
    }

    @Test
    void takesWhatIsBetweenTheTwoInTheMiddleOfAnEvenNumber() {
        assertThat(Spread.of(List.of(8.0, 2.0, 1.0, 4.0))).isEqualTo(new Spread(3, 1, 8));
    }

    @Test
    void holdsEachRoundAgainstTheSameRound() {
        // The medians' own ratio would be 2: a slow round is slow for both.
        assertThat(Spread.ofRatios(List.of(10.0, 200.0, 30.0), List.of(10.0, 100.0, 15.0)))
                .isEqualTo(new Spread(2, 1, 2));
        assertThat(Spread.ofRatios(List.of(10.0, 300.0, 30.0), List.of(10.0, 100.0, 20.0))
                        .median())
                .isEqualTo(1.5);
    }

    @Test
    void writesItself() {
        assertThat(new Spread(1234.5678, 1.0, 20000.0).format(1)).isEqualTo("1,234.6 (1.0 to 20,000.0)");
    }

    @Test
    void needsValues() {
        assertThatThrownBy(() -> Spread.of(List.of())).hasMessageContaining("values");
    }
}
