// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.VirtualClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

    private final FakeLoop loop = new VirtualClock().loop("loop");
    private final AtomicInteger late = new AtomicInteger();
    private final Deadline deadline = new Deadline(loop, late::incrementAndGet);

    private void in(int seconds) {
        loop.act(() -> deadline.in(Duration.ofSeconds(seconds)));
    }

    private void advance(int seconds) {
        loop.clock().advance(Duration.ofSeconds(seconds));
    }

    @Test
    void isLateOnce() {
        in(2);
        advance(1);
        assertThat(late).hasValue(0);
        advance(1);
        assertThat(late).hasValue(1);
        advance(10);
        assertThat(late).hasValue(1);
        assertThat(loop.timers()).isZero();
    }

    @Test
    void isMovedWithoutAnotherTimer() {
        in(2);
        advance(1);
        in(2);
        assertThat(loop.timers()).isEqualTo(1);
        advance(1);
        assertThat(late).hasValue(0);
        advance(1);
        assertThat(late).hasValue(1);
    }

    @Test
    void isMovedNearer() {
        in(10);
        in(1);
        assertThat(loop.timers()).isEqualTo(1);
        advance(1);
        assertThat(late).hasValue(1);
    }

    @Test
    void isClearedAndSetAgain() {
        in(2);
        deadline.clear();
        advance(5);
        assertThat(late).hasValue(0);
        in(2);
        advance(2);
        assertThat(late).hasValue(1);
    }

    @Test
    void isCancelledWithItsTimer() {
        in(2);
        deadline.cancel();
        assertThat(loop.timers()).isZero();
        advance(5);
        assertThat(late).hasValue(0);
    }
}
