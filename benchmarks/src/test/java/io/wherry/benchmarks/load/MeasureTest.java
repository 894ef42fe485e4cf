// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(120)
final class MeasureTest {

    @TempDir
    private Path directory;

    private int measure(String... options) {
        String[] all = new String[options.length + 12];
        String[] small = {
            "--rounds",
            "2",
            "--seconds",
            "0.05",
            "--warmup",
            "0.05",
            "--subscribers",
            "3",
            "--no-pin",
            "--jvm",
            "-Xmx64m",
            "--out=" + directory
        };
        System.arraycopy(small, 0, all, 0, small.length);
        System.arraycopy(options, 0, all, small.length, options.length);
        return Measure.run(all);
    }

    @Test
    void leavesATableAndAFile() throws Exception {
        assertThat(measure("--only", "broadcast-1k/websocket")).isZero();

        assertThat(Files.readString(directory.resolve("quick.md")))
                .contains("## broadcast-1k, websocket", "3 subscribers, 128 bytes")
                .containsSubsequence("| `netty` | ", " |  | ", "| `wherry` | ", "| `channels` | ")
                .containsPattern("`netty` Netty 4\\.")
                .doesNotContain(directory.toString());
        assertThat(directory.resolve("quick.png")).isNotEmptyFile();
        JsonNode servers = new JsonMapper()
                .readTree(directory.resolve("quick.json").toFile())
                .at("/cases/0/servers");
        assertThat(servers.size()).isEqualTo(3);
        for (JsonNode server : servers) {
            assertThat(server.at("/rounds").size()).isEqualTo(2);
            assertThat(server.at("/cpuNanos/0").asDouble()).isPositive();
            assertThat(server.at("/ratio/0").asDouble()).isPositive();
            assertThat(server.at("/rounds/0/operations").asLong()).isPositive();
        }
        assertThat(servers.at("/0/ratio/0").asDouble()).isEqualTo(1);
    }

    @Test
    void asksAndPolls() throws Exception {
        assertThat(measure("--only", "round-trips-16/websocket,longpoll-1k", "--servers", "netty,channels"))
                .isZero();

        assertThat(Files.readString(directory.resolve("quick.md")))
                .contains("each with 16 outstanding", "3 polls wait")
                .containsSubsequence("| `netty` | ", "| `channels` | ", "| `netty` | ", "| `channels` | ")
                .contains("| 99 %, µs |");
    }

    @Test
    void publishesToManyTopics() throws Exception {
        assertThat(measure("--set", "topics", "--only", "topics-1000/sse", "--servers", "netty,channels"))
                .isZero();

        assertThat(Files.readString(directory.resolve("topics.md")))
                .containsSubsequence("3 subscribers with 1,000 topics each", "| `netty` | ", "| `channels` | ");
    }

    @Test
    void asksByPostsAndIsAnsweredOnStreams() throws Exception {
        assertThat(measure(
                        "--set",
                        "stream-round-trips",
                        "--only",
                        "stream-round-trips-16/comet",
                        "--servers",
                        "netty,channels"))
                .isZero();

        assertThat(Files.readString(directory.resolve("stream-round-trips.md")))
                .containsSubsequence("stream-round-trips-16, comet", "| `channels` | ");
    }

    @Test
    void speaksHttp2() throws Exception {
        assertThat(measure(
                        "--set", "http2", "--only", "http2-broadcast-1k,http2-poll-304", "--servers", "netty,channels"))
                .isZero();

        assertThat(Files.readString(directory.resolve("http2.md")))
                .containsSubsequence(
                        "3 streams", "| `netty` | ", "| `channels` | ", "10 polls at a time", "| `channels` | ");
    }

    @Test
    void speaksTls() throws Exception {
        assertThat(measure("--set", "tls", "--only", "tls-round-trips-16", "--servers", "netty,channels"))
                .isZero();

        assertThat(Files.readString(directory.resolve("tls.md")))
                .containsSubsequence("tls-round-trips-16", "| `netty` | ", "| `channels` | ");
    }

    @Test
    void compresses() throws Exception {
        assertThat(measure(
                        "--set",
                        "compression",
                        "--only",
                        "compressed-10/comet,compressed-10/websocket",
                        "--servers",
                        "netty,channels"))
                .isZero();

        JsonNode cases = new JsonMapper()
                .readTree(directory.resolve("compression.json").toFile())
                .at("/cases");
        assertThat(cases.size()).isEqualTo(2);
        for (JsonNode one : cases) {
            assertThat(wireBytes(one.at("/servers/0"))).isBetween(100.0, 500.0);
            assertThat(wireBytes(one.at("/servers/1"))).isBetween(100.0, 500.0);
        }
    }

    private static double wireBytes(JsonNode server) {
        JsonNode round = server.at("/rounds/1");
        return round.at("/wireBytes").asDouble() / round.at("/operations").asLong();
    }

    @Test
    void tellsWhatThereIs() {
        assertThat(measure("--only", "no-such-workload")).isNotZero();
        assertThat(directory).isEmptyDirectory();
    }
}
