// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.spi.Loop.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualClockTest {

    private final VirtualClock clock = new VirtualClock();
    private final FakeLoop one = clock.loop("one");
    private final FakeLoop other = clock.loop("other");
    private final List<String> log = new ArrayList<>();

    @Test
    void runsTasksInOrderOnTheirLoop() {
        one.execute(() -> {
            log.add("a " + one.inLoop() + " " + other.inLoop());
            other.execute(() -> log.add("c " + one.inLoop() + " " + other.inLoop()));
            one.execute(() -> log.add("d"));
        });
        one.execute(() -> log.add("b"));
        assertThat(log).isEmpty();

        clock.run();

        assertThat(log)
                .containsSubsequence("a true false", "b", "d")
                .containsSubsequence("a true false", "c false true");
        assertThat(one.inLoop()).isFalse();
    }

    @Test
    void runsTimersWhenTheyAreDue() {
        Timer cancelled = one.schedule(() -> log.add("never"), 5);
        one.schedule(() -> log.add("10 at " + clock.nanoTime()), 10);
        other.schedule(() -> one.schedule(() -> log.add("8 at " + clock.nanoTime()), 3), 5);
        cancelled.cancel();

        clock.advance(Duration.ofNanos(9));
        assertThat(log).containsExactly("8 at 8");
        clock.advance(Duration.ofNanos(9));
        assertThat(log).containsExactly("8 at 8", "10 at 10");
        assertThat(clock.nanoTime()).isEqualTo(18);
        assertThat(one.timers()).isZero();
    }

    @Test
    void takesTurnsBySeed() {
        assertThat(turns(1)).isEqualTo(turns(1)).isNotEqualTo(turns(2));
    }

    private static List<Integer> turns(long seed) {
        VirtualClock clock = new VirtualClock(seed);
        List<Integer> turns = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int number = i;
            clock.loop("loop " + i).execute(() -> turns.add(number));
        }
        clock.run();
        return turns;
    }

    @Test
    void letsFailuresOut() {
        one.execute(() -> {
            throw new IllegalStateException("a bug");
        });

        assertThatThrownBy(clock::run).hasMessage("a bug");
    }
}
