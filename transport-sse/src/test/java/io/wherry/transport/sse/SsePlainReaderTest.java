// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.testkit.Await;
import io.wherry.testkit.Fixture;
import io.wherry.testkit.RawHttp;
import io.wherry.testkit.RawHttp.Head;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an event source sees, byte by byte. */
class SsePlainReaderTest {

    private final Fixture fixture = new Fixture(new SseTransport(), server -> URI.create("http://unused"), Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    private Server start(String... keysAndValues) {
        Server server = fixture.server(keysAndValues);
        server.topic("time");
        server.topic("news");
        server.start();
        return server;
    }

    private static Position publish(Server server, String topic, String text) {
        return Await.value(server.topic(topic).publish(Message.of(text)));
    }

    /** The position before the first message, in the same epoch as another. */
    private static Position before(Position first) {
        return new Position(first.epoch(), first.sequence() - 1, 0);
    }

    @Test
    void streamsATopic() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time")) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/event-stream");
            assertThat(head.header("cache-control")).isEqualTo("no-cache, no-transform");
            assertThat(head.header("x-accel-buffering")).isEqualTo("no");
            assertThat(head.header("transfer-encoding")).isEqualTo("chunked");
            String first = client.readUpTo("\n\n");

            Position one = publish(server, "time", "12:00");
            publish(server, "news", "not for this reader");
            Position two = publish(server, "time", "12:\n01");

            assertThat(first).isEqualTo("retry: 2000\nid: " + before(one) + "\n\n");
            assertThat(head.header("wherry-position")).isEqualTo(before(one).toString());
            assertThat(client.readUpTo("00\n\n")).isEqualTo("id: " + one + "\ndata: 12:00\n\n");
            assertThat(client.readUpTo("01\n\n")).isEqualTo("id: " + two + "\ndata: 12:\ndata: 01\n\n");
        }
    }

    @Test
    void resumesAfterTheLastEventIdWhateverTheUriSays() {
        Server server = start();
        Position one = publish(server, "time", "1");
        Position two = publish(server, "time", "2");
        Position three = publish(server, "time", "3");
        try (RawHttp client = new RawHttp(server.port())
                .get("/wherry/sse?topic=time&after=" + one, "Last-Event-ID: " + two, "Accept: text/html")) {
            assertThat(client.readHead().header("wherry-position")).isEqualTo(two.toString());
            assertThat(client.readUpTo("data: 3\n\n"))
                    .isEqualTo("retry: 2000\nid: " + two + "\n\nid: " + three + "\ndata: 3\n\n");
        }
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time&after=" + one)) {
            client.readHead();
            assertThat(client.readUpTo("data: 3\n\n")).contains("id: " + one + "\n\n", "data: 2\n\n");
        }
    }

    @Test
    void startsWithTheLast() {
        Server server = start();
        publish(server, "time", "1");
        publish(server, "time", "2");
        publish(server, "time", "3");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time&last=2")) {
            client.readHead();
            assertThat(client.readUpTo("data: 3\n\n")).contains("data: 2\n\n").doesNotContain("data: 1\n\n");
        }
    }

    @Test
    void namesTheTopicsWhereThereAreSeveral() {
        Server server = start("wherry.sse.retry", "300ms");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time&topic=news")) {
            client.readHead();
            assertThat(client.readUpTo("\n\n")).startsWith("retry: 300\nid: ");
            Position one = publish(server, "time", "12:00");
            Position two = publish(server, "news", "none");
            assertThat(client.readUpTo("none\n\n"))
                    .isEqualTo("id: " + one + "\nevent: time\ndata: 12:00\n\nid: " + two
                            + "\nevent: news\ndata: none\n\n");
        }
    }

    @Test
    void writesJson() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time&format=json")) {
            client.readHead();
            client.readUpTo("\n\n");
            Position one = publish(server, "time", "12:\n00");
            assertThat(client.readUpTo("\n\n"))
                    .isEqualTo("id: " + one + "\ndata: {\"topic\":\"time\",\"position\":\"" + one
                            + "\",\"data\":\"12:\\n00\"}\n\n");
        }
    }

    @Test
    void writesWithoutChunksForHttp10() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).send("GET /wherry/sse?topic=time HTTP/1.0\r\n\r\n")) {
            assertThat(client.readHead().headers()).doesNotContainKey("transfer-encoding");
            client.readUpTo("\n\n");
            Position one = publish(server, "time", "12:00");
            assertThat(client.readUpTo("00\n\n")).isEqualTo("id: " + one + "\ndata: 12:00\n\n");
        }
    }

    @Test
    void sendsCommentsThroughASilence() {
        Server server = start("wherry.heartbeat", "50ms");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time")) {
            client.readHead();
            client.readUpTo("\n\n");
            assertThat(client.readUpTo("\n\n")).isEqualTo(":\n\n");
            assertThat(client.readUpTo("\n\n")).isEqualTo(":\n\n");
        }
    }

    @Test
    void tellsAGap() {
        Server server = fixture.server();
        Topic topic = server.topic("time", TopicOptions.defaults().maxCount(2));
        server.start();
        Position one = publish(server, "time", "1");
        Position two = publish(server, "time", "2");
        publish(server, "time", "3");
        publish(server, "time", "4");
        assertThat(topic.name()).isEqualTo("time");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time&after=" + one)) {
            client.readHead();
            assertThat(client.readUpTo("data: 3\n\n"))
                    .contains(
                            "event: gap\ndata: {\"gap\":\"time\",\"reason\":\"overrun\",\"upTo\":\"" + two + "\"}\n\n");
        }
    }

    @Test
    void goesOnInANewEpoch() {
        Server server = start();
        Position one = publish(server, "time", "1");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time", "Last-Event-ID: lost-17")) {
            client.readHead();
            assertThat(client.readUpTo("data: 1\n\n"))
                    .contains("id: " + before(one) + "\nevent: gap\ndata: {\"gap\":\"*\",\"reason\":\"epoch\"");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  '',                          400, bad-request",
        "GET,  '?topic=tine',               404, unknown-topic",
        "GET,  '?topic=time&after=x',       400, bad-request",
        "GET,  '?topic=time&last=0',        400, bad-request",
        "GET,  '?topic=time&format=xml',    400, bad-request",
        "GET,  '?protocol=wherry.v2',       400, bad-request",
        "GET,  '?channel=nobody&after=x-1', 410, unknown-channel",
        "POST, '?topic=time',               405, method-not-allowed",
    })
    void refusesWithAProblem(String method, String query, int status, String code) {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).request(method, "/wherry/sse" + query)) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(status);
            assertThat(head.header("content-type")).isEqualTo("application/problem+json");
            assertThat(client.readToEnd()).contains("\"code\":\"" + code + "\"");
        }
    }

    @Test
    void hasNoBodyForHead() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).request("HEAD", "/wherry/sse?topic=time")) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/event-stream");
        }
    }

    @Test
    void endsTheStreamWhenTheServerStops() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time")) {
            client.readHead();
            client.readUpTo("\n\n");
            publish(server, "time", "1");
            Await.value(server.closeAsync());
            assertThat(client.readToEnd()).matches("(?s).*data: 1\n\nretry: \\d+\n\n");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void tellsWhenToComeBackWhereTheServerStops() {
        Server server = start("wherry.come-back-rate", "1");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=time");
                RawHttp late = new RawHttp(server.port())) {
            client.readHead();
            client.readUpTo("\n\n");
            publish(server, "time", "12:00");

            CompletionStage<Void> closed = server.closeAsync(Duration.ofSeconds(10));

            assertThat(client.readUpTo("\n\n")).endsWith("data: 12:00\n\n");
            assertThat(client.readToEnd()).matches("retry: (\\d{1,3}|100[01])\n\n");
            Await.value(closed);
            assertThat(late.isClosed()).isTrue();
        }
    }

    @Test
    void givesUpAReaderThatReadsNoMore() {
        Server server = start("wherry.heartbeat", "100ms", "wherry.lost-after", "500ms");
        Topic time = server.topic("time");
        try (RawHttp frozen = new RawHttp(server.port()).get("/wherry/sse?topic=time");
                RawHttp other = new RawHttp(server.port()).get("/wherry/sse?topic=news")) {
            frozen.readHead();
            other.readHead();
            for (int i = 0; i < 150; i++) {
                publish(server, "time", "x".repeat(100_000));
            }

            long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            while (time.readers() > 0 && System.nanoTime() < deadline) {
                Await.value(new CompletableFuture<Integer>().completeOnTimeout(0, 20, TimeUnit.MILLISECONDS));
            }

            assertThat(time.readers()).isZero();
            assertThat(server.topic("news").readers()).isEqualTo(1);
        }
    }
}
