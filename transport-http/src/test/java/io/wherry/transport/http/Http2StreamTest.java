// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.wherry.testkit.Await;
import io.wherry.transport.http.Http2Client.Stream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that go on, on streams of one connection, and how connections end. */
final class Http2StreamTest {

    private static final String LONG = "x".repeat(50_000);

    private final BlockingQueue<HttpExchange> begun = new LinkedBlockingQueue<>();
    private final TestServer server = new TestServer(
                    "wherry.limits.idle-time",
                    "400ms",
                    "wherry.limits.handshake-time",
                    "1s",
                    "wherry.http.http2-streams",
                    "50")
            .route("stream", begun::add)
            .route("silent", exchange -> {})
            .bind();

    @AfterEach
    void close() {
        server.close();
    }

    private Http2Client connect() {
        return new Http2Client(server.port());
    }

    private Begun begin() {
        return Begun.next(begun);
    }

    @Test
    void goesOnWithoutChunks() {
        try (Http2Client client = connect()) {
            Stream stream = client.get("/wherry/stream");
            Begun answer = begin();
            assertThat(answer.stream().isChunked()).isFalse();
            assertThat(answer.exchange().isCloseDelimited()).isFalse();
            answer.write("one");
            assertThat(String.valueOf(stream.head().get("x-accel-buffering"))).isEqualTo("no");
            assertThat(stream.text(3)).isEqualTo("one");
            answer.write("two");
            answer.end();
            assertThat(stream.text(3)).isEqualTo("two");
            assertThat(stream.next()).isEqualTo("end");
            assertThat(Await.next(answer.told())).isEqualTo(Optional.empty());
        }
    }

    /** One that takes nothing fills its own window; its siblings go on, and so does it when it takes again. */
    @Test
    void holdsASlowStreamBackAlone() {
        try (Http2Client client = connect()) {
            client.widen();
            Stream slow = client.get("/wherry/stream");
            slow.takes(false);
            Begun toSlow = begin();
            Stream fast = client.get("/wherry/stream");
            Begun toFast = begin();
            int written = 1;
            while (toSlow.write(LONG)) {
                written++;
                assertThat(written).isLessThan(10);
            }
            slow.head();
            fast.head();
            for (int i = 0; i < 20; i++) {
                toFast.write(LONG);
                assertThat(fast.text(LONG.length())).hasSize(LONG.length());
            }
            assertThat(toSlow.told()).isEmpty();
            slow.takes(true);
            assertThat(slow.text(written * LONG.length())).hasSize(written * LONG.length());
            assertThat(Await.next(toSlow.told())).isEqualTo("writable");
        }
    }

    @Test
    void endsWhatThePeerResets() {
        try (Http2Client client = connect()) {
            Stream stream = client.get("/wherry/stream");
            Begun answer = begin();
            answer.write("one");
            stream.head();
            stream.reset();
            assertThat(Await.next(answer.told())).isEqualTo(Optional.empty());

            CountDownLatch gone = new CountDownLatch(1);
            Stream waiting = client.get("/wherry/stream");
            HttpExchange exchange = Await.next(begun);
            exchange.run(() -> exchange.onGone(gone::countDown));
            waiting.reset();
            Await.open(gone);
        }
    }

    @Test
    void endsAllStreamsWithTheirConnection() {
        Begun answer;
        try (Http2Client client = connect()) {
            client.get("/wherry/stream");
            answer = begin();
            answer.write("one");
        }
        assertThat(Await.next(answer.told())).isEqualTo(Optional.empty());
    }

    /** A request that its sender does not end is answered all the same. */
    @Test
    void waitsForContentOnlySoLong() {
        try (Http2Client client = connect()) {
            Stream post = client.open(client.headers("POST", "/wherry/stream"), false);
            assertThat(post.answer().status()).isEqualTo(408);
            assertThat(post.next()).isEqualTo(Http2Error.NO_ERROR);
        }
    }

    /** An answer that nobody takes does not keep its stream for ever. */
    @Test
    void resetsAnAnswerThatIsNotTaken() {
        try (Http2Client client = connect()) {
            Stream stream = client.get("/wherry/stream");
            stream.takes(false);
            HttpExchange exchange = Await.next(begun);
            exchange.run(() -> exchange.respond(
                    HttpResponseStatus.OK,
                    HttpExchange.newHeaders("text/plain"),
                    Unpooled.copiedBuffer(LONG + LONG, StandardCharsets.UTF_8)));
            stream.head();
            stream.text(65_535);
            assertThat(stream.next()).isEqualTo(Http2Error.CANCEL);
        }
    }

    @Test
    void goesAwayFromAConnectionWithoutRequests() {
        try (Http2Client client = connect()) {
            assertThat(client.goneAway()).isEqualTo(Http2Error.NO_ERROR);
            client.expectEnd();
        }
        try (Http2Client client = connect()) {
            Stream stream = client.get("/wherry/stream");
            Begun answer = begin();
            answer.write("one");
            stream.head();
            answer.end();
            assertThat(client.goneAway()).isEqualTo(Http2Error.NO_ERROR);
            client.expectEnd();
        }
    }

    @Test
    void waitsForAPrefaceOnlySoLong() {
        try (RawClient client = server.connect()) {
            client.send("PRI * HTTP/2.0\n\n");
            client.expectEnd();
        }
    }

    @Test
    void takesOneThatOnlyLooksLikeAPreface() {
        try (RawClient client = server.connect()) {
            client.send("PRI * HTTP/2.0\n\n").send("XX\n\n");
            assertThat(client.read().status()).isEqualTo(400);
        }
        try (RawClient client = server.connect()) {
            client.send("P").send("OST /wherry/nowhere HTTP/1.1\nHost: x\nContent-Length: 0\n\n");
            assertThat(client.read().status()).isEqualTo(404);
        }
    }

    @Test
    void letsWhatIsUnderWayEndWhenItCloses() {
        try (Http2Client client = connect()) {
            Stream stream = client.get("/wherry/stream");
            Begun answer = begin();
            answer.write("one");
            stream.head();
            Stream waiting = client.get("/wherry/stream");
            HttpExchange exchange = Await.next(begun);
            CompletableFuture<Void> closed =
                    server.httpPort().close(Duration.ofSeconds(10)).toCompletableFuture();
            assertThat(client.goneAway()).isEqualTo(Http2Error.NO_ERROR);
            assertThat(stream.text(3)).isEqualTo("one");
            assertThat(stream.next()).isEqualTo("end");
            exchange.run(() -> exchange.respond(HttpResponseStatus.NO_CONTENT));
            assertThat(waiting.answer().status()).isEqualTo(204);
            client.expectEnd();
            Await.value(closed);
        }
    }

    @Test
    void endsInTimeWhateverIsUnderWay() {
        try (Http2Client client = connect()) {
            client.get("/wherry/stream");
            HttpExchange exchange = Await.next(begun);
            CountDownLatch gone = new CountDownLatch(1);
            exchange.run(() -> exchange.onGone(gone::countDown));
            Await.value(server.httpPort().close(Duration.ofMillis(100)));
            Await.open(gone);
            client.expectEnd();
        }
    }

    @Test
    void refusesMoreStreamsThanItTakes() {
        try (Http2Client client = connect()) {
            client.settings();
            List<Stream> streams = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                streams.add(client.get("/wherry/stream"));
            }
            List<HttpExchange> exchanges = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                exchanges.add(Await.next(begun));
            }
            client.ignoreMaxStreams();
            assertThat(client.get("/wherry/stream").next()).isEqualTo(Http2Error.REFUSED_STREAM);
            exchanges.forEach(exchange -> exchange.run(() -> exchange.respond(HttpResponseStatus.NO_CONTENT)));
            for (Stream stream : streams) {
                assertThat(stream.answer().status()).isEqualTo(204);
            }
        }
    }

    /** A client with many channels that come and go gives up a request with each, and is no attacker. */
    @Test
    void servesAPeerThatGivesUpOften() {
        try (Http2Client client = connect()) {
            for (int i = 0; i < 600; i++) {
                assertThat(client.askInVain("/wherry/silent")).isTrue();
            }
            client.get("/wherry/stream");
            assertThat(Await.next(begun)).isNotNull();
        }
    }

    /** Requests that are taken back at once, again and again, end the connection, and nothing of them is left. */
    @Test
    void goesAwayFromAPeerThatOnlyResets() {
        try (Http2Client client = connect()) {
            int asked = 0;
            while (asked < 2010 && client.askInVain("/wherry/silent")) {
                asked++;
            }
            assertThat(asked).isGreaterThanOrEqualTo(2000);
            client.expectEnd();
            assertThat(client.reasonsOfEnd()).isSubsetOf(Http2Error.ENHANCE_YOUR_CALM);
        }
        try (Http2Client client = connect()) {
            client.get("/wherry/stream");
            assertThat(Await.next(begun)).isNotNull();
        }
    }
}
