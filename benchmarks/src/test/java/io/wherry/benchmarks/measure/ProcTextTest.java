// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ProcTextTest {

    private static final String STAT = "4711 (a) b (c)) S 1 4711 4711 0 -1 4194560 1 2 3 4 250 31 7 8 20 0 21 0 99\n";
    private static final String STATUS =
            "Name:\tjava\nVmPeak:\t 9999999 kB\nVmRSS:\t  204800 kB\nRssAnon:\t  1024 kB\nThreads:\t21\n";

    @Test
    void readsCpuTimeBehindANameWithParentheses() {
        assertThat(ProcText.userNanos(STAT)).isEqualTo(2_500_000_000L);
        assertThat(ProcText.systemNanos(STAT)).isEqualTo(310_000_000L);
    }

    @Test
    void readsWhatAThreadRanAndWaited() {
        assertThat(ProcText.ranNanos("123456789012 42 7\n")).isEqualTo(123_456_789_012L);
        assertThat(ProcText.waitedNanos("123456789012 42 7\n")).isEqualTo(42);
    }

    @Test
    void readsSizes() {
        assertThat(ProcText.bytes(STATUS, "VmRSS")).isEqualTo(200L << 20);
        assertThat(ProcText.bytes(STATUS, "RssAnon")).isEqualTo(1 << 20);
        assertThat(ProcText.bytes(STATUS, "VmSwap")).isZero();
    }

    @Test
    void prefersTheExactTimeUnlessThreadsHaveEnded() {
        assertThat(new ProcessTimes(20_000_000, 10_000_000, 33_123_456, 0).cpu())
                .isEqualTo(33_123_456);
        assertThat(new ProcessTimes(900_000_000, 100_000_000, 400_000_000, 0).cpu())
                .isEqualTo(1_000_000_000);
        assertThat(new ProcessTimes(70_000_000, 0, 0, 0).cpu()).isEqualTo(70_000_000);
    }

    @Test
    void seesThisProcessWork() {
        assumeTrue(Files.exists(Path.of("/proc/self/schedstat")), "no Linux");
        long pid = ProcessHandle.current().pid();
        ProcessTimes before = ProcessTimes.of(pid);
        long sum = 0;
        while (ProcessTimes.of(pid).minus(before).cpu() < 1_000_000) {
            sum++; // Ends only if the time is seen to grow.
        }
        assertThat(sum).isNotNegative();
        assertThat(ProcessTimes.residentBytes(pid)).isGreaterThan(10 << 20);
    }
}
