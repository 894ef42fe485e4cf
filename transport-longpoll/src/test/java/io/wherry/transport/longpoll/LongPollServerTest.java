// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.testkit.Await;
import io.wherry.testkit.Fixture;
import io.wherry.testkit.RawHttp;
import io.wherry.testkit.RawHttp.Head;
import io.wherry.transport.http.BatchFraming;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Polls that are made by hand: by plain readers, and of a channel. */
class LongPollServerTest {

    private final Fixture fixture =
            new Fixture(new LongPollTransport(), server -> URI.create("http://unused"), Map.of());

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

    /** Publishes once the poll is parked: a message that comes before would not be for it. */
    private static Position publishToReader(Server server, String text) {
        awaitReader(server);
        return publish(server, "time", text);
    }

    @Test
    void waitsForTheNextMessage() {
        Server server = start();
        publish(server, "time", "before");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/longpoll?topic=time")) {
            Position one = publishToReader(server, "12:00");
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(head.header("wherry-position")).isEqualTo(one.toString());
            assertThat(head.header("etag")).isEqualTo("\"" + one + "\"");
            assertThat(client.readToEnd()).isEqualTo("12:00\n");
        }
    }

    @Test
    void answersAtOnceWithEverythingThatIsNew() {
        Server server = start();
        Position one = publish(server, "time", "1");
        publish(server, "time", "2");
        publish(server, "news", "3");
        Position four = publish(server, "time", "4");
        try (RawHttp client = new RawHttp(server.port())) {
            client.get("/wherry/longpoll?topic=time&after=" + one);
            assertThat(client.readHead().header("wherry-position")).isEqualTo(four.toString());
            assertThat(client.readToEnd()).isEqualTo("2\n4\n");

            client.get("/wherry/longpoll?topic=time&topic=news&format=json&after=" + one);
            assertThat(client.readHead().header("content-type")).isEqualTo("application/json");
            assertThat(client.readToEnd())
                    .startsWith("[{\"topic\":\"time\",\"position\":")
                    .contains("\"data\":\"2\"},{\"topic\":\"news\"", "\"data\":\"3\"},{")
                    .endsWith("\"position\":\"" + four + "\",\"data\":\"4\"}]");

            client.get("/wherry/longpoll?topic=time&delimiter=ThisCometMessageEnded&last=2");
            client.readHead();
            assertThat(client.readToEnd()).isEqualTo("2ThisCometMessageEnded4ThisCometMessageEnded");
        }
    }

    @Test
    void answersEmptyWhenTheHoldTimeIsOver() {
        Server server = start("wherry.longpoll.hold", "100ms");
        Position one = publish(server, "time", "1");
        Position two = publish(server, "news", "2");
        try (RawHttp client = new RawHttp(server.port())) {
            client.get("/wherry/longpoll?topic=time&after=" + one);
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(204);
            assertThat(head.header("wherry-position")).isEqualTo(two.toString());

            client.get("/wherry/longpoll?topic=time&after=" + two, "If-None-Match: \"" + two + "\"");
            assertThat(client.readHead().status()).isEqualTo(304);
        }
        awaitNoReaders(server);
    }

    private static void awaitReader(Server server) {
        while (server.topic("time").readers() == 0) {
            Thread.onSpinWait();
        }
    }

    private static void awaitNoReaders(Server server) {
        while (server.topic("time").readers() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void holdsAPollForLessThanItsClientWaitsForALifeSign() {
        Server server = start("wherry.longpoll.hold", "1h", "wherry.heartbeat", "100ms", "wherry.lost-after", "400ms");
        Position one = publish(server, "time", "1");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/longpoll?topic=time&after=" + one)) {
            assertThat(client.readHead().status()).isEqualTo(204);
        }
    }

    @Test
    void forgetsAReaderThatGoesAway() {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/longpoll?topic=time")) {
            awaitReader(server);
            assertThat(client).isNotNull();
        }
        awaitNoReaders(server);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  '',                          400, bad-request",
        "GET,  '?topic=tine',               404, unknown-topic",
        "GET,  '?topic=time&after=x',       400, bad-request",
        "GET,  '?channel=nobody&after=x-1', 410, unknown-channel",
        "POST, '?topic=time',               405, method-not-allowed",
    })
    void refusesWithAProblem(String method, String query, int status, String code) {
        Server server = start();
        try (RawHttp client = new RawHttp(server.port()).request(method, "/wherry/longpoll" + query)) {
            Head head = client.readHead();
            assertThat(head.status()).isEqualTo(status);
            assertThat(head.header("content-type")).isEqualTo("application/problem+json");
            assertThat(client.readToEnd()).contains("\"code\":\"" + code + "\"");
        }
    }

    /** A channel that is polled by hand. */
    private static final class Polled {

        private final Server server;
        private final String id;
        private Position position;

        Polled(Server server) {
            this.server = server;
            try (RawHttp client = new RawHttp(server.port()).get("/wherry/longpoll?protocol=wherry.v1&topic=time")) {
                Head head = client.readHead();
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.header("content-type")).isEqualTo(BatchFraming.MEDIA_TYPE);
                List<Envelope> batch = envelopes(client.readToEnd());
                assertThat(batch).extracting(Envelope::kind).containsExactly(Kind.WELCOME);
                assertThat(batch.get(0).argument()).isEqualTo("new");
                id = batch.get(0).name();
                position = position(batch.get(0));
            }
        }

        Channel channel() {
            return Objects.requireNonNull(server.channel(id), "channel");
        }

        /** Starts a poll for what comes after the position reached. */
        RawHttp poll() {
            return new RawHttp(server.port()).get("/wherry/longpoll?channel=" + id + "&after=" + position);
        }

        /** Reads the payloads of an answer with messages. */
        List<String> read(RawHttp poll) {
            assertThat(poll.readHead().status()).isEqualTo(200);
            List<Envelope> batch = envelopes(poll.readToEnd());
            position = position(batch.get(batch.size() - 1));
            return batch.stream().map(envelope -> envelope.message().text()).toList();
        }

        private static Position position(Envelope envelope) {
            @Nullable Position position = envelope.position();
            return Objects.requireNonNull(position, "position");
        }

        private static List<Envelope> envelopes(String batch) {
            List<Envelope> envelopes = new ArrayList<>();
            BatchFraming.read(Unpooled.copiedBuffer(batch, StandardCharsets.UTF_8), 1 << 20, envelopes::add);
            return envelopes;
        }
    }

    @Test
    void carriesAChannelFromPollToPoll() {
        Server server = start();
        Polled polled = new Polled(server);
        for (int i = 0; i < 3; i++) {
            try (RawHttp poll = polled.poll()) {
                publish(server, "time", "message " + i);
                assertThat(polled.read(poll)).containsExactly("message " + i);
            }
        }
        publish(server, "time", "3");
        polled.channel().send("handler", Message.of("4"));
        publish(server, "time", "5");
        try (RawHttp poll = polled.poll()) {
            assertThat(polled.read(poll)).containsExactlyInAnyOrder("3", "4", "5");
        }
        assertThat(polled.channel().transport()).isEqualTo("longpoll");
    }

    @Test
    void givesTheSameAnswerToARepeatedPoll() {
        Server server = start();
        Polled polled = new Polled(server);
        publish(server, "time", "1");
        Position before = polled.position;
        try (RawHttp poll = polled.poll()) {
            assertThat(polled.read(poll)).containsExactly("1");
        }
        publish(server, "time", "2");
        polled.position = before;
        try (RawHttp poll = polled.poll()) {
            assertThat(polled.read(poll)).containsExactly("1", "2");
        }
    }

    @Test
    void losesNothingToACancelledPoll() {
        Server server = start("wherry.loops", "1");
        Polled polled = new Polled(server);
        RawHttp cancelled = polled.poll();
        awaitParked(server, polled);
        cancelled.close();
        publish(server, "time", "1");
        try (RawHttp poll = polled.poll()) {
            assertThat(polled.read(poll)).containsExactly("1");
        }
    }

    @Test
    void answersAPollEmptyThatAnotherOverlaps() {
        Server server = start("wherry.loops", "1");
        Polled polled = new Polled(server);
        try (RawHttp older = polled.poll()) {
            awaitParked(server, polled);
            try (RawHttp newer = polled.poll()) {
                assertThat(older.readHead().status()).isEqualTo(204);
                publish(server, "time", "1");
                assertThat(polled.read(newer)).containsExactly("1");
            }
        }
    }

    /** Waits until a poll is parked: a server with one loop has read it before it answers a POST that was sent later. */
    private static void awaitParked(Server server, Polled polled) {
        try (RawHttp uplink = new RawHttp(server.port())) {
            String batch = "h - 0 - -\n\n";
            uplink.send("POST /wherry/http?channel=" + polled.id + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                    + batch.length() + "\r\nContent-Type: " + BatchFraming.MEDIA_TYPE + "\r\n\r\n" + batch);
            assertThat(uplink.readHead().status()).isEqualTo(200);
        }
    }

    @Test
    void refusesPollsWhereTheServerStopsAndTellsWhenToComeBack() {
        Server server = start();
        try (RawHttp parked = new RawHttp(server.port()).get("/wherry/longpoll?topic=time")) {
            awaitReader(server);

            CompletionStage<Void> closed = server.closeAsync(Duration.ofSeconds(10));

            Head refused = parked.readHead();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("retry-after")).isEqualTo("1");
            assertThat(parked.readToEnd()).contains("\"code\":\"unavailable\"");
            Await.value(closed);
        }
    }
}
