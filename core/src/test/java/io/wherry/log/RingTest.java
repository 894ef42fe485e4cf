// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {

    @Test
    void isAQueueWithAnIndex() {
        long seed = 7;
        Random random = new Random(seed);
        Ring<Long> ring = new Ring<>();
        List<Long> expected = new ArrayList<>();
        for (long i = 0; i < 20_000; i++) {
            boolean adds = random.nextInt(1000) < (i / 2_000 % 2 == 0 ? 700 : 300);
            if (adds || expected.isEmpty()) {
                ring.add(i);
                expected.add(i);
            } else {
                assertThat(ring.poll()).isEqualTo(expected.remove(0));
            }
            assertThat(ring.size()).isEqualTo(expected.size());
            if (!expected.isEmpty()) {
                int index = random.nextInt(expected.size());
                long place = expected.get(index);
                assertThat(ring.get(index)).isEqualTo(place);
                assertThat(ring.firstAfter(each -> Long.compare(each, place))).isEqualTo(index + 1);
                assertThat(ring.firstAfter(each -> Long.compare(each, place - 1)))
                        .isEqualTo(index);
            }
        }
    }

    @Test
    void refusesWhatIsNotThere() {
        Ring<String> ring = new Ring<>();
        assertThat(ring.isEmpty()).isTrue();
        assertThat(ring.firstAfter(any -> 1)).isZero();
        assertThatThrownBy(ring::poll).isInstanceOf(IndexOutOfBoundsException.class);
        ring.add("one");
        assertThatThrownBy(() -> ring.get(1)).hasMessage("index: 1 (expected: below 1)");
    }
}
