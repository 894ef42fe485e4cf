// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SweepTest {

    private static final long PERIOD = 1600;

    private final ManualLoop loop = new ManualLoop();
    private final Sweep sweep = new Sweep(loop, PERIOD);

    private final class Counted implements Sweep.Visited {

        private int visits;
        private int index = -1;
        private boolean leaves;

        @Override
        public void visit(long nowNanos) {
            visits++;
            if (leaves) {
                sweep.remove(this);
            }
        }

        @Override
        public int sweepIndex() {
            return index;
        }

        @Override
        public void sweepIndex(int now) {
            index = now;
        }
    }

    @Test
    void visitsEachOnceInAPeriod() {
        List<Counted> all = new ArrayList<>();
        for (int i = 0; i < 1600; i++) {
            Counted one = new Counted();
            all.add(one);
            sweep.add(one);
        }

        for (int tick = 0; tick < 16; tick++) {
            loop.advance(PERIOD / 16);
        }

        assertThat(all).allMatch(one -> one.visits == 1);
    }

    @Test
    void stopsWhenNothingIsLeft() {
        Counted stays = new Counted();
        Counted goes = new Counted();
        goes.leaves = true;
        sweep.add(goes);
        sweep.add(stays);

        for (int tick = 0; tick < 64; tick++) {
            loop.advance(PERIOD / 16);
        }
        assertThat(goes.visits).isEqualTo(1);
        assertThat(stays.visits).isGreaterThan(3);

        sweep.remove(stays);
        sweep.remove(stays);
        int visits = stays.visits;
        loop.advance(10 * PERIOD);
        assertThat(stays.visits).isEqualTo(visits);
        assertThat(sweep.size()).isZero();
    }
}
