// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void boundsDoubleUpToTheLongest() {
        Backoff backoff = new Backoff(100, 1000, new Random(7));
        long[] bounds = {100, 200, 400, 800, 1000, 1000};
        for (long bound : bounds) {
            assertThat(backoff.nextNanos()).isBetween(0L, bound);
        }

        backoff.reset();
        assertThat(backoff.nextNanos()).isBetween(0L, 100L);
    }

    @Test
    void pausesAreSpread() {
        long sum = 0;
        for (int seed = 0; seed < 1000; seed++) {
            sum += new Backoff(1000, 1000, new Random(seed)).nextNanos();
        }
        assertThat(sum / 1000).isBetween(400L, 600L);
    }
}
