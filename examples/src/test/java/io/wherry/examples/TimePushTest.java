// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Wherry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same client program, run once for each transport with only the configuration changed. */
final class TimePushTest {

    private static TimePush server;
    private static String url;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        server = TimePush.start(
                Wherry.server()
                        .port(0)
                        .set("wherry.host", "localhost")
                        .transports("http", "longpoll", "sse", "websocket", "comet", "local"),
                Duration.ofMillis(50));
        url = "http://localhost:" + server.port() + "/wherry";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "longpoll", "sse", "websocket", "comet", "local"})
    void theTransportIsAWordInTheConfiguration(String transport) throws IOException {
        Path config = folder.resolve("wherry.properties");
        Files.writeString(config, "wherry.transports=" + transport + "\nwherry.http.poll-interval=100ms\n");

        Run run = Run.of("time-client", "--url", url, "--config", config.toString(), "--count", "5");

        assertThat(run.status()).isZero();
        assertThat(run.err()).contains("OPEN " + transport);
        assertTimes(run.out(), 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "longpoll", "sse", "websocket", "comet", "local"})
    void theCommandLineNamesTheTransportToo(String transport) {
        Run run = Run.of("time-client", "--url", url, "--transport", transport, "--once");

        assertThat(run.status()).isZero();
        assertThat(run.err()).contains("OPEN " + transport);
        assertTimes(run.out(), 1);
    }

    @Test
    void aLateClientMayHaveWhatCameBefore() {
        Run first = Run.of("time-client", "--url", url, "--count", "3");
        Run second = Run.of("time-client", "--url", url, "--count", "20", "--last", "20");

        assertTimes(second.out(), 20);
        assertThat(second.out()).containsAll(first.out());
    }

    @Test
    void aRefusalEndsTheClientWithOneLine() {
        Run run = Run.of("time-client", "--url", url + "-not", "--transport", "sse");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("CONNECTING " + url + "-not")
                .hasSizeLessThanOrEqualTo(3)
                .anySatisfy(line -> assertThat(line).startsWith("bad-request: path: /wherry-not/sse "));
    }

    @Test
    void aKeyThatIsMisspelledIsToldAtTheStart() throws IOException {
        Path config = folder.resolve("wherry.properties");
        Files.writeString(config, "wherry.transport=sse\n");

        Run run = Run.of("time-client", "--config", config.toString());

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).hasSize(1);
        assertThat(run.err().get(0)).contains("wherry.transport: sse", "wherry.transports is the nearest");
    }

    private static void assertTimes(List<String> lines, int count) {
        List<Instant> times = lines.stream().map(Instant::parse).toList();
        assertThat(times).hasSize(count).isSorted().doesNotHaveDuplicates();
        assertThat(times.get(count - 1))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
    }
}
