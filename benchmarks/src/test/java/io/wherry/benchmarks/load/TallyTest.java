// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TallyTest {

    private static long[] received(Audience audience, int... counts) {
        Tally tally = new Tally(audience);
        for (int count : counts) {
            tally.publish(count);
        }
        long[] received = IntStream.range(0, audience.subscribers().size())
                .mapToLong(tally::of)
                .toArray();
        assertThat(IntStream.of(counts).sum()).isEqualTo((int) tally.published());
        assertThat(LongStream.of(received).sum()).isEqualTo(tally.deliveries());
        return received;
    }

    @Test
    void everybodyReadsTheOnlyTopic() {
        assertThat(received(Audience.ofOne(3), 16, 1)).containsExactly(17, 17, 17);
    }

    @Test
    void eachReadsATopicOfItsOwn() {
        Audience audience = Audience.ofOneEach(3);

        assertThat(received(audience, 4, 3)).containsExactly(3, 2, 2);
        assertThat(audience.subscriptions()).isEqualTo(3);
    }

    @Test
    void neighboursShareTopics() {
        Audience audience = Audience.ofMany(3, 4, 2);

        assertThat(audience.topics()).isEqualTo(8);
        assertThat(audience.readers()).containsExactly(1, 1, 2, 2, 2, 2, 1, 1);
        assertThat(received(audience, 5)).containsExactly(4, 3, 1);
    }

    @Test
    void oneReadsWhatTheOthersDoNot() {
        Audience audience = Audience.beside(2, 3);

        assertThat(audience.subscribers().get(2)).containsExactly(1, 2, 3);
        assertThat(received(audience, 7)).containsExactly(4, 4, 3);
        assertThat(IntStream.range(0, 8).map(i -> audience.rotation().topic(i, 4)))
                .containsExactly(0, 1, 0, 2, 0, 3, 0, 1);
    }
}
