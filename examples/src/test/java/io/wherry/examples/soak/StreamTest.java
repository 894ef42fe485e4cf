// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.examples.soak.Stream.Sum;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That the checker objects: to what is lost, doubled or swapped, and to nothing else. */
final class StreamTest {

    private static final long COUNT = 1000;

    private static Stream heard(long... numbers) {
        Stream stream = new Stream();
        for (long number : numbers) {
            stream.take(number);
        }
        return stream;
    }

    @Test
    void findsNothingWrongWhereNothingIs() {
        assertThat(heard(1, 2, 3).sum(3)).isEqualTo(new Sum(3, 0, 0, 0, 0));
        assertThat(heard(1, 2, 3).hasAll(3)).isTrue();
    }

    @Test
    void objectsToAMessageThatIsLost() {
        assertThat(heard(1, 3).sum(3)).isEqualTo(new Sum(2, 1, 0, 0, 0));
        assertThat(heard(2, 3).sum(3)).isEqualTo(new Sum(2, 1, 0, 0, 0));
        assertThat(heard(1, 2).sum(3)).isEqualTo(new Sum(2, 1, 0, 0, 0));
        assertThat(heard(1, 3).hasAll(3)).isFalse();
        assertThat(heard(1, 2).hasAll(3)).isFalse();
    }

    @Test
    void objectsToAMessageThatIsDoubled() {
        assertThat(heard(1, 2, 2, 3).sum(3)).isEqualTo(new Sum(3, 0, 1, 0, 0));
        assertThat(heard(1, 2, 3, 1).sum(3)).isEqualTo(new Sum(3, 0, 1, 0, 0));
    }

    @Test
    void objectsToMessagesThatAreSwapped() {
        assertThat(heard(1, 3, 2).sum(3)).isEqualTo(new Sum(3, 0, 0, 1, 0));
        assertThat(heard(1, 3, 2, 2).sum(3)).isEqualTo(new Sum(3, 0, 1, 1, 0));
    }

    @Test
    void takesAGapThatWasToldForWhatIsMissing() {
        Stream stream = heard(1, 2);
        stream.gapTold();
        stream.take(5);
        stream.take(7);

        assertThat(stream.sum(7)).isEqualTo(new Sum(4, 1, 0, 0, 2));
    }

    @Test
    void takesAGapThatWasToldLastForAllThatFollows() {
        Stream stream = heard(1, 2);
        stream.gapTold();

        assertThat(stream.sum(5)).isEqualTo(new Sum(2, 0, 0, 0, 3));
        assertThat(stream.hasAll(5)).isFalse();
    }

    @Test
    void countsAlsoWhatItCannotRemember() {
        assertThat(heard(1_000_001).sum(1_000_001)).isEqualTo(new Sum(1, 1_000_000, 0, 0, 0));
    }

    /** Doctored at random: what was left out, repeated and moved is what it finds. */
    @Test
    void findsWhatWasDoctored() {
        long seed = Long.getLong("testkit.seed", System.nanoTime());
        System.out.println("-Dtestkit.seed=" + seed);
        Random random = new Random(seed);
        Stream stream = new Stream();
        long lost = 0;
        long doubled = 0;
        long swapped = 0;
        for (long number = 1; number <= COUNT; number++) {
            switch (random.nextInt(10)) {
                case 0 -> lost++;
                case 1 -> {
                    stream.take(number);
                    stream.take(number);
                    doubled++;
                }
                case 2 -> {
                    stream.take(number + 1);
                    stream.take(number);
                    swapped++;
                    number++;
                }
                default -> stream.take(number);
            }
        }

        Sum sum = stream.sum(COUNT + 1);
        assertThat(sum.doubled()).isEqualTo(doubled);
        assertThat(sum.outOfOrder()).isEqualTo(swapped);
        assertThat(sum.delivered() + sum.lost()).isEqualTo(COUNT + 1);
        assertThat(sum.lost()).isBetween(lost, lost + 1);
    }
}
