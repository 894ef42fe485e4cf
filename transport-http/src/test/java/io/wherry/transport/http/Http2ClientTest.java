// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import io.wherry.testkit.TestCertificate;
import io.wherry.transport.http.ScriptedHttp2Server.Stream;
import io.wherry.transport.http.TestClient.Events;
import io.wherry.transport.http.TestClient.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's requests over HTTP/2, answered by a server that is not ours. */
final class Http2ClientTest {

    private static final Duration LONG_ENOUGH = Duration.ofMillis(250);

    private ScriptedHttp2Server server = new ScriptedHttp2Server(Http2Settings.defaultSettings());
    private final TestClient client = new TestClient(
            "wherry.http.version",
            "2",
            "wherry.limits.batch",
            "64KiB",
            "wherry.limits.message",
            "32KiB",
            "wherry.connect-timeout",
            "2s");

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void limitStreams(int max) {
        server.close();
        server = new ScriptedHttp2Server(Http2Settings.defaultSettings().maxConcurrentStreams(max));
    }

    private Outcome get(String path) {
        return client.request(TestClient.get(server.uri(path)));
    }

    private Outcome get(String path, Duration timeout) {
        HttpClientRequest get = TestClient.get(server.uri(path));
        return client.request(new HttpClientRequest(get.method(), get.uri(), get.headers(), get.body(), timeout));
    }

    /** Makes a connection, which has served a call. */
    private Stream connected() {
        Outcome outcome = get("/first");
        Stream first = server.next();
        first.answer("x");
        assertThat(outcome.text()).isEqualTo("200 x");
        return first;
    }

    private void waitFor(Duration time) {
        CountDownLatch later = new CountDownLatch(1);
        client.loop().schedule(later::countDown, time.toNanos());
        Await.open(later);
    }

    @Test
    void sharesOneConnectionThatIsStillBeingMade() {
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 10; i < 40; i++) {
            outcomes.add(get("/" + i + "?a=b%20c"));
        }
        List<Stream> streams = new ArrayList<>();
        outcomes.forEach(outcome -> streams.add(server.next()));
        streams.sort(Comparator.comparing(Stream::path).reversed());
        streams.forEach(stream -> stream.answer(stream.path()));
        for (int i = 0; i < outcomes.size(); i++) {
            assertThat(outcomes.get(i).text()).isEqualTo("200 /" + (i + 10) + "?a=b%20c");
        }
        assertThat(server.connections()).isOne();
    }

    @Test
    void saysWhatHttp2Wants() {
        HttpClientRequest post = TestClient.post(server.uri(""), "größer");
        post.headers().set("X-Token", "Abc").set("Connection", "keep-alive");
        Outcome outcome = client.request(post);
        Stream stream = server.next();
        assertThat(stream.headers().method()).hasToString("POST");
        assertThat(stream.headers().scheme()).hasToString("http");
        assertThat(stream.headers().authority())
                .hasToString("127.0.0.1:" + server.uri("").getPort());
        assertThat(stream.path()).isEqualTo("/");
        assertThat(stream.headers().get("x-token")).hasToString("Abc");
        assertThat(stream.headers().get("content-length")).hasToString("8");
        assertThat(stream.headers().contains("connection")).isFalse();
        assertThat(stream.headers().contains("host")).isFalse();
        assertThat(stream.body()).isEqualTo("größer");
        stream.head(204, true);
        assertThat(outcome.text()).isEqualTo("204 ");
    }

    @Test
    void streamsAsItComes() {
        Events events = client.stream(TestClient.get(server.uri("/")));
        Stream stream = server.next();
        stream.head(103, false).head(200, false).data("one", false);
        assertThat(Await.next(events.queue())).isEqualTo("head 200");
        assertThat(Await.next(events.queue())).isEqualTo("one");
        stream.data("two", true);
        assertThat(Await.next(events.queue())).isEqualTo("two");
        assertThat(Await.next(events.queue())).isEqualTo("ended");
    }

    @Test
    void failsWithTheProblem() {
        Outcome outcome = get("/");
        server.next().head(410, false).data("{\"detail\":\"no more\"}", true);
        WherryException failure = outcome.failure();
        assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_CHANNEL);
        assertThat(failure).hasMessage("no more");
    }

    @Test
    void boundsTheBody() {
        Outcome outcome = get("/");
        Stream stream = server.next();
        stream.head(200, false).data("x".repeat(200_000), false);
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(stream.nextReset()).isEqualTo(Http2Error.CANCEL);
        assertThat(connected().isOnConnectionOf(stream)).isTrue();
    }

    @Test
    void asksAgainWhatTheServerDidNotLookAtBeforeItWentAway() {
        Outcome first = get("/1");
        Stream one = server.next();
        List<Outcome> others = List.of(get("/2"), get("/3"));
        server.next();
        server.next();
        one.goAway(one.id());

        Stream again = server.next();
        Stream other = server.next();
        assertThat(again.isOnConnectionOf(one)).isFalse();
        assertThat(other.isOnConnectionOf(again)).isTrue();
        again.answer("x");
        other.answer("x");
        others.forEach(outcome -> assertThat(outcome.text()).isEqualTo("200 x"));
        // What it did look at goes on to its end where it is.
        one.answer("one");
        assertThat(first.text()).isEqualTo("200 one");
        one.expectEnd();
        assertThat(server.waiting()).isZero();
    }

    @Test
    void asksAgainWhatTheServerRefusesUnseen() {
        Stream kept = connected();
        Outcome outcome = client.request(TestClient.post(server.uri("/2"), "body"));
        server.next().reset(Http2Error.REFUSED_STREAM);
        Stream again = server.next();
        assertThat(again.isOnConnectionOf(kept)).isFalse();
        assertThat(again.body()).isEqualTo("body");
        again.answer("x");
        assertThat(outcome.text()).isEqualTo("200 x");
    }

    @Test
    void asksOnlySoOften() {
        Outcome outcome = get("/");
        for (int i = 0; i < 4; i++) {
            server.next().reset(Http2Error.REFUSED_STREAM);
        }
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void asksNothingAgainThatMayHaveBeenSeen() {
        Outcome reset = get("/1");
        server.next().reset(Http2Error.INTERNAL_ERROR);
        assertThat(reset.failure()).hasMessageContaining("INTERNAL_ERROR");

        Events begun = client.stream(TestClient.get(server.uri("/2")));
        Stream stream = server.next();
        stream.head(200, false);
        assertThat(Await.next(begun.queue())).isEqualTo("head 200");
        stream.reset(Http2Error.REFUSED_STREAM);
        assertThat(Await.next(begun.queue()))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e).hasMessageContaining("broke off"));
        assertThat(server.waiting()).isZero();
    }

    @Test
    void endsAllCallsAtOnceWithTheirConnection() {
        List<Events> all = List.of(
                client.stream(TestClient.get(server.uri("/1"))), client.stream(TestClient.get(server.uri("/2"))));
        Stream one = server.next().head(200, false);
        server.next().head(200, false);
        all.forEach(events -> assertThat(Await.next(events.queue())).isEqualTo("head 200"));
        one.cut();
        all.forEach(events -> assertThat(Await.next(events.queue())).isInstanceOf(WherryException.class));
    }

    @Test
    void asksAgainWhereAKeptConnectionWasClosed() {
        Stream kept = connected();
        Outcome outcome = client.request(TestClient.post(server.uri("/2"), "body"));
        server.next();
        kept.cut();
        Stream again = server.next();
        assertThat(again.body()).isEqualTo("body");
        again.answer("two");
        assertThat(outcome.text()).isEqualTo("200 two");
    }

    @Test
    void takesAnotherConnectionWhereTheServerTakesNoMoreOnOne() {
        limitStreams(2);
        List<Outcome> outcomes = List.of(get("/"), get("/"), get("/"), get("/"), get("/"));
        List<Stream> streams = new ArrayList<>();
        outcomes.forEach(outcome -> streams.add(server.next()));
        streams.forEach(stream -> stream.answer("x"));
        outcomes.forEach(outcome -> assertThat(outcome.text()).isEqualTo("200 x"));
        assertThat(server.connections()).isEqualTo(3);
    }

    @Test
    void failsWhereTheServerTakesNothing() {
        limitStreams(0);
        assertThat(get("/").failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void holdsBackTheServerOnOneStreamAlone() {
        Events slow = client.stream(TestClient.get(server.uri("/slow")));
        Stream stream = server.next();
        client.act(() -> slow.call().readable(false));
        String large = "x".repeat(3 << 20);
        stream.head(200, false).data(large, true);
        connected();
        connected();
        assertThat(slow.queue().size()).isLessThanOrEqualTo(2); // what was being read already
        client.act(() -> slow.call().readable(true));
        StringBuilder read = new StringBuilder();
        for (Object next = Await.next(slow.queue()); !next.equals("ended"); next = Await.next(slow.queue())) {
            if (!next.equals("head 200")) {
                read.append(next);
            }
        }
        assertThat(read.length()).isEqualTo(large.length());
        assertThat(server.connections()).isOne();
    }

    @Test
    void goesOnWhereACallWasGivenUp() {
        Stream first = connected();
        Outcome outcome = get("/");
        Stream stream = server.next();
        client.act(() -> outcome.call().cancel());
        assertThat(stream.nextReset()).isEqualTo(Http2Error.CANCEL);
        assertThat(connected().isOnConnectionOf(first)).isTrue();
        assertThat(outcome.isEmpty()).isTrue();
    }

    /** After a silence a way may be dead, until the answer to a PING shows that it is not. */
    @Test
    void goesOnAfterASilenceWhereTheServerStillAnswers() {
        Stream first = connected();
        Outcome outcome = get("/", LONG_ENOUGH);
        Stream stream = server.next();
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(stream.nextReset()).isEqualTo(Http2Error.CANCEL);
        waitFor(LONG_ENOUGH);
        assertThat(connected().isOnConnectionOf(first)).isTrue();
    }

    @Test
    void takesNoConnectionWhoseServerHasGoneSilent() {
        Stream first = connected();
        Events other = client.stream(TestClient.get(server.uri("/other")));
        server.next().head(200, false);
        assertThat(Await.next(other.queue())).isEqualTo("head 200");
        first.stall();
        assertThat(get("/", LONG_ENOUGH).failure().code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(connected().isOnConnectionOf(first)).isFalse();
        // What else is on it ends when there is no answer to a PING.
        assertThat(Await.next(other.queue()))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e).hasMessageContaining("PING"));
    }

    /** A server that is no server of HTTP/2. */
    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\nContent-Length: 0\n\n", ""})
    void failsWhereTheServerDoesNotSpeakIt(String answer) {
        try (ScriptedServer other = new ScriptedServer()) {
            Outcome outcome = client.request(TestClient.get(other.uri("/")));
            other.next().send(answer);
            assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "2", "1.1"})
    void isChosenByTheServerWithTls(String version, @TempDir Path folder) {
        TestCertificate certificate = TestCertificate.in(folder);
        server.close();
        server = new ScriptedHttp2Server(Http2Settings.defaultSettings(), certificate);
        try (TestClient secure = new TestClient(
                "wherry.http.version",
                version,
                "wherry.tls.trust",
                certificate.certificate().toString())) {
            Outcome outcome = secure.request(TestClient.get(server.uri("/")));
            if (version.equals("1.1")) {
                assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
            } else {
                Stream stream = server.next();
                assertThat(stream.headers().scheme()).hasToString("https");
                stream.answer("x");
                assertThat(outcome.text()).isEqualTo("200 x");
            }
        }
    }

    @Test
    void closesWhatIsUnderWay() {
        Outcome outcome = get("/");
        Stream stream = server.next();
        Await.value(client.pool().close());
        stream.expectEnd();
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(get("/").failure().code()).isEqualTo(ErrorCode.CLOSED);
    }
}
