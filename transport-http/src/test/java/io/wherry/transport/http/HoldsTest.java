// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.VirtualClock;
import io.wherry.transport.http.Holds.Hold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final VirtualClock clock = new VirtualClock();
    private final FakeLoop loop = clock.loop("loop");
    private final Holds holds = new Holds(loop);
    private final List<String> ran = new ArrayList<>();

    private Hold in(long nanos, String name) {
        return holds.in(nanos, () -> ran.add(name));
    }

    private void advance(double seconds) {
        clock.advance(Duration.ofMillis((long) (seconds * 1000)));
    }

    @Test
    void runsEachWhenItIsDueByOneTimer() {
        in(10 * SECOND, "a");
        advance(4);
        in(10 * SECOND, "b");
        advance(4);
        in(10 * SECOND, "c");
        assertThat(loop.timers()).isEqualTo(1);
        advance(1.9);
        assertThat(ran).isEmpty();
        advance(0.1);
        assertThat(ran).containsExactly("a");
        assertThat(loop.timers()).isEqualTo(1);
        advance(3.9);
        assertThat(ran).containsExactly("a");
        advance(4.1);
        assertThat(ran).containsExactly("a", "b", "c");
        assertThat(loop.timers()).isZero();
    }

    @Test
    void forgetsWhatIsCancelled() {
        Hold first = in(SECOND, "first");
        Hold middle = in(SECOND, "middle");
        in(SECOND, "stays");
        Hold last = in(SECOND, "last");
        middle.cancel();
        first.cancel();
        last.cancel();
        last.cancel();
        in(SECOND, "follows");
        advance(1);
        assertThat(ran).containsExactly("stays", "follows");
        first.cancel();
        advance(1);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void keepsDurationsApart() {
        in(10 * SECOND, "long");
        in(SECOND, "short");
        advance(1);
        assertThat(ran).containsExactly("short");
        in(SECOND, "again");
        advance(9);
        assertThat(ran).containsExactly("short", "again", "long");
    }

    @Test
    void takesAnyNumberOfDurations() {
        for (int i = 40; i > 0; i--) {
            in(i * SECOND, "due" + i);
        }
        Hold cancelled = in(41 * SECOND, "never");
        cancelled.cancel();
        advance(50);
        assertThat(ran).hasSize(40).startsWith("due1", "due2").endsWith("due39", "due40");
    }

    @Test
    void takesMoreWhileItRuns() {
        holds.in(SECOND, () -> in(SECOND, "next"));
        advance(1);
        assertThat(ran).isEmpty();
        assertThat(loop.timers()).isEqualTo(1);
        advance(1);
        assertThat(ran).containsExactly("next");
    }
}
