// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.TopicOptions;
import io.wherry.testkit.Await;
import io.wherry.testkit.Fixture;
import io.wherry.testkit.RawHttp;
import io.wherry.testkit.RawHttp.Head;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code curl -N} sees, byte by byte. */
class CometPlainReaderTest {

    private final Fixture fixture = new Fixture(new CometTransport(), server -> URI.create("http://unused"), Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    private Server start(String... keysAndValues) {
        Server server = fixture.server(keysAndValues);
        server.topic("time", TopicOptions.defaults().maxCount(100));
        server.start();
        return server;
    }

    private static Position publish(Server server, String text) {
        return Await.value(server.topic("time").publish(Message.of(text)));
    }

    @Test
    void endsEachPayloadWithALineFeed() {
        Server server = start();
        Position one = publish(server, "before");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/comet?topic=time")) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(head.header("cache-control")).isEqualTo("no-cache, no-transform");
            assertThat(head.header("x-accel-buffering")).isEqualTo("no");
            assertThat(head.header("wherry-position")).isEqualTo(one.toString());
            publish(server, "12:00");
            publish(server, "12:01");
            assertThat(client.readUpTo("01\n")).isEqualTo("12:00\n12:01\n");
        }
    }

    @Test
    void endsEachPayloadWithTheDelimiterThatIsAskedFor() {
        Server server = start();
        Position one = publish(server, "1");
        try (RawHttp client = new RawHttp(server.port())
                .get("/wherry/comet?topic=time&delimiter=ThisCometMessageEnded&after=" + one)) {
            assertThat(client.readHead().header("wherry-position")).isEqualTo(one.toString());
            publish(server, "2\n");
            publish(server, "3");
            assertThat(client.readUpTo("3ThisCometMessageEnded"))
                    .isEqualTo("2\nThisCometMessageEnded3ThisCometMessageEnded");
        }
    }

    @Test
    void endsEachPayloadWithTheDelimiterOfTheConfiguration() {
        Server server = start("wherry.comet.delimiter", "\\r\\n--");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/comet?topic=time&last=1");
                RawHttp other = new RawHttp(server.port()).get("/wherry/comet?topic=time&delimiter=%0A")) {
            client.readHead();
            other.readHead();
            publish(server, "1");
            assertThat(client.readUpTo("--")).isEqualTo("1\r\n--");
            assertThat(other.readUpTo("\n")).isEqualTo("1\n");
        }
    }

    @Test
    void writesJson() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/comet?topic=time&format=json")) {
            client.readHead();
            Position one = publish(server, "12:\n00");
            assertThat(client.readUpTo("}\n"))
                    .isEqualTo("{\"topic\":\"time\",\"position\":\"" + one + "\",\"data\":\"12:\\n00\"}\n");
        }
    }

    @Test
    void writesWithoutChunksForHttp10() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).send("GET /wherry/comet?topic=time HTTP/1.0\r\n\r\n")) {
            assertThat(client.readHead().headers()).doesNotContainKey("transfer-encoding");
            publish(server, "12:00");
            assertThat(client.readUpTo("\n")).isEqualTo("12:00\n");
        }
    }

    @Test
    void sendsBareDelimitersThroughASilence() {
        Server server = start("wherry.heartbeat", "50ms");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/comet?topic=time&delimiter=END")) {
            client.readHead();
            assertThat(client.readUpTo("END")).isEqualTo("END");
            assertThat(client.readUpTo("END")).isEqualTo("END");
        }
    }

    @Test
    void endsAtAMessageOnceItHasHadItsBytes() {
        Server server = start("wherry.comet.response-bytes", "100KiB");
        Position start = publish(server, "first");
        for (int i = 1; i < 100; i++) {
            publish(server, i + "x".repeat(9_999));
        }
        List<String> read = new ArrayList<>();
        int responses = 0;
        String after = start.toString();
        try (RawHttp client = new RawHttp(server.port())) {
            while (read.size() < 99) {
                client.get("/wherry/comet?topic=time&format=json&after=" + after);
                assertThat(client.readHead().status()).isEqualTo(200);
                responses++;
                String message = client.readUpToOrEnd("\n");
                while (!message.isEmpty()) {
                    assertThat(message).endsWith("\"}\n");
                    read.add(message.replaceAll("(?s).*\"data\":\"([0-9]+)x.*", "$1"));
                    after = message.replaceAll("(?s).*\"position\":\"([^\"]+)\".*", "$1");
                    message = read.size() == 99 ? "" : client.readUpToOrEnd("\n");
                }
            }
        }
        assertThat(read)
                .isEqualTo(IntStream.range(1, 100).mapToObj(Integer::toString).toList());
        assertThat(responses).isBetween(6, 10);
    }

    @Test
    void tellsAGap() {
        Server server = start();
        Position one = publish(server, "0");
        for (int i = 1; i < 200; i++) {
            publish(server, Integer.toString(i));
        }
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/comet?topic=time&after=" + one)) {
            client.readHead();
            assertThat(client.readUpTo("\n100\n")).startsWith("{\"gap\":\"time\",\"reason\":\"overrun\",\"upTo\":");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  '',                                400, bad-request",
        "GET,  '?topic=tine',                     404, unknown-topic",
        "GET,  '?topic=time&delimiter=',          400, bad-request",
        "GET,  '?topic=time&delimiter=%s',        400, bad-request",
        "GET,  '?topic=time&after=x',             400, bad-request",
        "GET,  '?channel=nobody&after=x-1',       410, unknown-channel",
        "POST, '?topic=time',                     405, method-not-allowed",
    })
    void refusesWithAProblem(String method, String query, int status, String code) {
        Server server = start();
        String target = "/wherry/comet" + query.replace("%s", "x".repeat(65));
        try (RawHttp client = new RawHttp(server.port()).request(method, target)) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(status);
            assertThat(head.header("content-type")).isEqualTo("application/problem+json");
            assertThat(client.readToEnd()).contains("\"code\":\"" + code + "\"");
        }
    }

    @Test
    void endsWhereTheServerStopsAfterWhatThereWas() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/comet?topic=time")) {
            client.readHead();
            publish(server, "12:00");

            CompletionStage<Void> closed = server.closeAsync(Duration.ofSeconds(10));

            assertThat(client.readToEnd()).isEqualTo("12:00\n");
            Await.value(closed);
        }
    }
}
