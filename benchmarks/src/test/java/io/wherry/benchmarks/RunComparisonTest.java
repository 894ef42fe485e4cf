// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class RunComparisonTest {

    @TempDir
    private Path directory;

    private final List<String> before = new ArrayList<>();
    private final List<String> after = new ArrayList<>();

    private static String result(String name, String mode, String scores, int bytes) {
        return """
                {"benchmark": "io.wherry.benchmarks.%s", "mode": "%s", "params": {"size": "100"},
                 "primaryMetric": {"score": 1, "scoreUnit": "ns/op", "rawData": [[%s]]},
                 "secondaryMetrics": {"gc.alloc.rate.norm": {"score": %d}}}""".formatted(name, mode, scores, bytes);
    }

    private String table() throws IOException {
        Path one = Files.writeString(directory.resolve("before.json"), before.toString());
        Path two = Files.writeString(directory.resolve("after.json"), after.toString());
        return RunComparison.of(one, two).table();
    }

    @Test
    void saysWhatIsSlowerOnlyWhereTheRangesLieApart() throws IOException {
        before.add(result("Encoding.encode", "avgt", "10, 30, 20", 100));
        after.add(result("Encoding.encode", "avgt", "31, 50, 40", 100));
        before.add(result("Encoding.noisy", "avgt", "10, 30, 20", 100));
        after.add(result("Encoding.noisy", "avgt", "29, 50, 40", 100));
        before.add(result("Appending.oneThread", "thrpt", "10, 30, 20", 100));
        after.add(result("Appending.oneThread", "thrpt", "31, 50, 40", 100));
        assertThat(table())
                .contains(
                        "| Encoding.encode size=100 | 20.0 ns/op | 40.0 ns/op | 2.00 | **slower** | 100 | 100 |",
                        "| Encoding.noisy size=100 | 20.0 ns/op | 40.0 ns/op | 2.00 |  | 100 | 100 |",
                        "| Appending.oneThread size=100 | 20.0 ns/op | 40.0 ns/op | 2.00 | faster | 100 | 100 |");
    }

    @Test
    void tellsGarbage() throws IOException {
        before.add(result("Encoding.encode", "avgt", "10", 100));
        after.add(result("Encoding.encode", "avgt", "10", 124));
        before.add(result("Encoding.less", "avgt", "10", 100));
        after.add(result("Encoding.less", "avgt", "10", 0));
        assertThat(table()).contains("| 1.00 | **more garbage** | 100 | 124 |", "| 1.00 | less garbage | 100 | 0 |");
    }

    @Test
    void tellsWhatOnlyOneRunHas() throws IOException {
        before.add(result("Encoding.old", "avgt", "10", 100));
        after.add(result("Encoding.young", "avgt", "10", 124));
        assertThat(table())
                .contains(
                        "| Encoding.young size=100 | | 10.0 ns/op | | new |", "| Encoding.old size=100 | | | | gone |");
    }

    @Test
    void refusesWhatIsNoRun() {
        before.add("");
        assertThatThrownBy(() -> {
                    Path file = Files.writeString(directory.resolve("object.json"), "{}");
                    RunComparison.of(file, file);
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("object.json: no array");
    }
}
