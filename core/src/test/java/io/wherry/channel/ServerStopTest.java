// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ServerStopTest {

    private static LongSummaryStatistics comeBackMillis(Supplier<WherryException> told) {
        return LongStream.range(0, 1000)
                .map(i -> Objects.requireNonNull(told.get().retryAfter(), "retryAfter")
                        .toMillis())
                .summaryStatistics();
    }

    @Test
    void spreadsItsClientsSoThatSoManyComeEachSecond() {
        ServerStop stop = new ServerStop(Duration.ofSeconds(30), 5000, 500, new Random(1), new ManualLoop());

        LongSummaryStatistics millis = comeBackMillis(stop::farewell);

        assertThat(millis.getMin()).isBetween(1L, 100L);
        assertThat(millis.getMax()).isBetween(9_900L, 10_001L);
        assertThat(millis.getAverage()).isBetween(4_500.0, 5_500.0);
        assertThat(stop.farewell().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void asksWhoComesMeanwhileToWaitForItsEnd() {
        ServerStop stop = new ServerStop(Duration.ofMinutes(5), 1, 1000, new Random(1), new ManualLoop());

        LongSummaryStatistics millis = comeBackMillis(stop::refusal);

        assertThat(millis.getMin()).isGreaterThan(200_000);
        assertThat(millis.getMax()).isLessThanOrEqualTo(300_101);
    }
}
