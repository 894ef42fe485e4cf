// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SilenceLimitTest {

    private static final long SECOND = 1_000_000_000L;

    private final SilenceLimit limit = new SilenceLimit();

    @Test
    void learnsFromTwoCutsAfterTheSameSilence() {
        limit.cutAfter(10 * SECOND);
        assertThat(limit.askAfterNanos()).isEqualTo(Long.MAX_VALUE);
        limit.cutAfter(11 * SECOND);
        assertThat(limit.askAfterNanos()).isEqualTo(5 * SECOND);
    }

    @Test
    void learnsNothingFromCutsAtRandom() {
        for (long silence : new long[] {10 * SECOND, 3 * SECOND, SECOND / 10, SECOND / 10, 7 * SECOND}) {
            limit.cutAfter(silence);
        }
        assertThat(limit.askAfterNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void asksMoreOftenWhereThePathTurnsOutToAllowLess() {
        limit.cutAfter(10 * SECOND);
        limit.cutAfter(10 * SECOND);
        limit.cutAfter(4 * SECOND);
        limit.cutAfter(4 * SECOND);
        assertThat(limit.askAfterNanos()).isEqualTo(2 * SECOND);
    }
}
