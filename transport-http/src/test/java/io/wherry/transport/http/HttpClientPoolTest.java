// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import io.wherry.transport.http.ScriptedServer.Peer;
import io.wherry.transport.http.TestClient.Events;
import io.wherry.transport.http.TestClient.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's requests, answered by a server that is not ours. */
final class HttpClientPoolTest {

    private final ScriptedServer server = new ScriptedServer();
    private final TestClient client = new TestClient(
            "wherry.limits.batch", "64KiB", "wherry.limits.message", "32KiB", "wherry.connect-timeout", "2s");

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void asksOverOneConnectionAgainAndAgain() {
        Outcome first = client.request(TestClient.get(server.uri("/a?b=c%20d")));
        Peer peer = server.next();
        ScriptedServer.Request request = peer.read();
        assertThat(request.line()).isEqualTo("GET /a?b=c%20d HTTP/1.1");
        assertThat(request.head().toLowerCase(java.util.Locale.ROOT))
                .contains("host: 127.0.0.1:" + server.uri("/").getPort() + "\r\n")
                .doesNotContain("content-length");
        peer.answer("one");
        assertThat(first.text()).isEqualTo("200 one");

        Outcome second = client.request(TestClient.post(server.uri("/"), "größer"));
        assertThat(peer.read().body()).isEqualTo("größer");
        peer.send("HTTP/1.1 204 No Content\n\n");
        assertThat(second.text()).isEqualTo("204 ");

        Outcome third = client.request(TestClient.post(server.uri(""), ""));
        ScriptedServer.Request empty = peer.read();
        assertThat(empty.line()).isEqualTo("POST / HTTP/1.1");
        assertThat(empty.head().toLowerCase(java.util.Locale.ROOT)).contains("content-length: 0\r\n");
        peer.send("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n");
        assertThat(third.text()).isEqualTo("200 abcde");
        assertThat(server.waiting()).isZero();
    }

    /** The application may have every thread of the process's common pool wait. */
    @Test
    void findsItsServerWhileTheCommonPoolIsBusy() {
        CountDownLatch over = new CountDownLatch(1);
        int threads = ForkJoinPool.getCommonPoolParallelism();
        CountDownLatch busy = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            ForkJoinPool.commonPool().execute(() -> {
                busy.countDown();
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try {
            assertThat(busy.await(15, TimeUnit.SECONDS)).isTrue();
            Outcome answer = client.request(TestClient.get(
                    URI.create("http://localhost:" + server.uri("/").getPort() + "/")));
            Peer peer = server.next();
            peer.read();
            peer.answer("here");
            assertThat(answer.text()).isEqualTo("200 here");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            over.countDown();
        }
    }

    @Test
    void usesAConnectionOfItsOwnWhileAnotherIsBusy() {
        Outcome first = client.request(TestClient.get(server.uri("/1")));
        Peer one = server.next();
        one.read();
        Outcome second = client.request(TestClient.get(server.uri("/2")));
        Peer two = server.next();
        two.read();
        two.answer("two");
        assertThat(second.text()).isEqualTo("200 two");
        one.answer("one");
        assertThat(first.text()).isEqualTo("200 one");
    }

    @Test
    void asksAgainWhereAKeptConnectionWasClosed() {
        Outcome first = client.request(TestClient.get(server.uri("/1")));
        Peer kept = server.next();
        kept.read();
        kept.answer("one");
        first.text();
        Outcome second = client.request(TestClient.post(server.uri("/2"), "body"));
        kept.read();
        kept.close();

        Peer fresh = server.next();
        assertThat(fresh.read().body()).isEqualTo("body");
        fresh.answer("two");
        assertThat(second.text()).isEqualTo("200 two");
    }

    @Test
    void doesNotAskAgainWhereAnAnswerHadBegun() {
        Outcome first = client.request(TestClient.get(server.uri("/1")));
        Peer kept = server.next();
        kept.read();
        kept.answer("one");
        first.text();
        Outcome second = client.request(TestClient.get(server.uri("/2")));
        kept.read();
        kept.send("HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf").close();

        WherryException failure = second.failure();
        assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("broke off");
    }

    @Test
    void keepsNoConnectionThatTheServerGivesUp() {
        Outcome first = client.request(TestClient.get(server.uri("/1")));
        Peer one = server.next();
        one.read();
        one.send("HTTP/1.1 200 OK\nConnection: close\nContent-Length: 1\n\nx");
        assertThat(first.text()).isEqualTo("200 x");
        one.expectEnd();
        client.request(TestClient.get(server.uri("/2")));
        assertThat(server.next().read().line()).startsWith("GET /2");
    }

    @Test
    void takesABodyThatEndsWithTheConnection() {
        Outcome outcome = client.request(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.0 200 OK\n\nall of it").close();
        assertThat(outcome.text()).isEqualTo("200 all of it");
    }

    @Test
    void passesOverWhatOnlyInforms() {
        Outcome outcome = client.request(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nLink: x\n\n")
                .answer("real");
        assertThat(outcome.text()).isEqualTo("200 real");
    }

    @ParameterizedTest
    @CsvSource({
        "410 Gone, UNKNOWN_CHANNEL",
        "503 Service Unavailable, UNAVAILABLE",
        "502 Bad Gateway, UNAVAILABLE",
        "404 Not Found, UNKNOWN_TOPIC",
        "302 Found, BAD_REQUEST"
    })
    void failsWithTheStatus(String status, ErrorCode code) {
        Outcome outcome = client.request(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 " + status + "\nContent-Length: 4\n\noops");
        assertThat(outcome.failure().code()).isEqualTo(code);
    }

    @Test
    void failsWithTheProblem() {
        Outcome outcome = client.request(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        String problem = "{\"code\": \"unknown-handler\", \"detail\":\"who is \\\"x\\\"?\"}";
        peer.send("HTTP/1.1 404 Not Found\nContent-Length: " + problem.length() + "\n\n" + problem);
        WherryException failure = outcome.failure();
        assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_HANDLER);
        assertThat(failure).hasMessage("who is \"x\"?");
    }

    @Test
    void boundsTheBody() {
        Outcome outcome = client.request(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 200 OK\nContent-Length: 999999\n\n" + "x".repeat(200_000));
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.TOO_LARGE);
        peer.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"complete nonsense\n\n", "HTTP/1.1 200 OK\nContent-Length: x\n\n", "HTTP/1.1 200 OK\nX: "})
    void failsForWhatIsNoHttp(String answer) {
        Outcome outcome = client.request(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        peer.send(answer.endsWith("X: ") ? answer + "x".repeat(70_000) + "\n\n" : answer);
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
        peer.expectEnd();
    }

    @Test
    void waitsOnlySoLong() {
        HttpClientRequest patient = TestClient.get(server.uri("/"));
        Outcome outcome = client.request(new HttpClientRequest(
                patient.method(), patient.uri(), patient.headers(), patient.body(), Duration.ofMillis(100)));
        Peer peer = server.next();
        peer.read();
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.TIMEOUT);
        peer.expectEnd();
    }

    @Test
    void saysThatNobodyListens() throws IOException {
        // Bound and not listening: nobody else, and no connection to itself, can take the port meanwhile.
        try (Socket bound = new Socket()) {
            bound.bind(new InetSocketAddress("127.0.0.1", 0));
            URI uri = URI.create("http://127.0.0.1:" + bound.getLocalPort() + "/");
            WherryException failure = client.request(TestClient.get(uri)).failure();
            assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(failure).hasMessageContaining("connect: http://127.0.0.1:" + uri.getPort());
        }
    }

    @Test
    void findsAHostByItsName() {
        Outcome outcome = client.request(
                TestClient.get(URI.create("http://localhost:" + server.uri("/").getPort() + "/")));
        Peer peer = server.next();
        assertThat(peer.read().head()).contains("localhost:");
        peer.answer("x");
        assertThat(outcome.text()).isEqualTo("200 x");
        assertThat(client.request(TestClient.get(URI.create("http://nobody.invalid/")))
                        .failure()
                        .code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void refusesAnAddressThatIsNone() {
        assertThat(client.request(TestClient.get(URI.create("http:/nowhere")))
                        .failure()
                        .code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
    }

    @Test
    void isSilentAfterItIsCancelled() {
        Outcome outcome = client.request(TestClient.get(server.uri("/1")));
        Peer peer = server.next();
        peer.read();
        client.act(() -> outcome.call().cancel());
        peer.expectEnd();
        client.act(() -> outcome.call().cancel());

        Outcome other = client.request(TestClient.get(server.uri("/2")));
        Peer fresh = server.next();
        fresh.read();
        fresh.answer("x");
        assertThat(other.text()).isEqualTo("200 x");
        assertThat(outcome.isEmpty()).isTrue();
    }

    @Test
    void streamsAsItComes() {
        Events events = client.stream(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\none\n");
        assertThat(Await.next(events.queue())).isEqualTo("head 200");
        assertThat(Await.next(events.queue())).isEqualTo("one");
        peer.send("3\ntwo\n");
        assertThat(Await.next(events.queue())).isEqualTo("two");
        peer.send("0\n\n");
        assertThat(Await.next(events.queue())).isEqualTo("ended");

        Events second = client.stream(TestClient.get(server.uri("/again")));
        assertThat(peer.read().line()).startsWith("GET /again");
        peer.send("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n").close();
        assertThat(Await.next(second.queue())).isEqualTo("head 200");
        assertThat(Await.next(second.queue())).isInstanceOf(WherryException.class);
    }

    @Test
    void givesAStreamNoTimeoutOnceItHasBegun() {
        HttpClientRequest get = TestClient.get(server.uri("/"));
        Events events = client.stream(
                new HttpClientRequest(get.method(), get.uri(), get.headers(), get.body(), Duration.ofMillis(300)));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
        assertThat(Await.next(events.queue())).isEqualTo("head 200");
        CountDownLatch later = new CountDownLatch(1);
        client.loop().schedule(later::countDown, Duration.ofMillis(600).toNanos());
        Await.open(later);
        peer.send("3\none\n");
        assertThat(Await.next(events.queue())).isEqualTo("one");
        client.act(() -> events.call().cancel());
    }

    @Test
    void streamsNoProblem() {
        Events events = client.stream(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 410 Gone\nTransfer-Encoding: chunked\n\n13\n{\"detail\":\"no more\"}\n".replace("13", "14"))
                .send("0\n\n");
        assertThat(Await.next(events.queue())).isInstanceOfSatisfying(WherryException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_CHANNEL);
            assertThat(e).hasMessage("no more");
        });
    }

    @Test
    void doesNotReadWhatIsNotWelcome() {
        Events events = client.stream(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        client.act(() -> events.call().readable(false));
        peer.send("HTTP/1.1 200 OK\nContent-Length: 3\n\none");
        CountDownLatch later = new CountDownLatch(1);
        client.loop().schedule(later::countDown, Duration.ofMillis(200).toNanos());
        Await.open(later);
        assertThat(events.queue().size()).isLessThanOrEqualTo(2); // what was being read already
        boolean held = events.queue().isEmpty();
        client.act(() -> events.call().readable(true));
        assertThat(Await.next(events.queue())).isEqualTo("head 200");
        assertThat(Await.next(events.queue())).isEqualTo("one");
        assertThat(Await.next(events.queue())).isEqualTo("ended");
        assertThat(held).isTrue();
    }

    @Test
    void endsACallWhoseListenerRefusesTheBytes() {
        CountDownLatch failed = new CountDownLatch(1);
        client.loop()
                .execute(() -> client.pool().stream(
                        client.context(), client.loop(), TestClient.get(server.uri("/")), new HttpStreamListener() {
                            @Override
                            public void head(int status, HttpHeaders headers) {}

                            @Override
                            public void bytes(ByteBuf content) {
                                throw new WherryException(ErrorCode.BAD_REQUEST, "cannot read that");
                            }

                            @Override
                            public void ended() {}

                            @Override
                            public void failed(WherryException cause) {
                                failed.countDown();
                            }
                        }));
        Peer peer = server.next();
        peer.read();
        peer.send("HTTP/1.1 200 OK\nContent-Length: 10\n\none");
        Await.open(failed);
        peer.expectEnd();
    }

    @Test
    void closesWhatIsUnderWay() {
        Outcome outcome = client.request(TestClient.get(server.uri("/")));
        Peer peer = server.next();
        peer.read();
        Await.value(client.pool().close());
        peer.expectEnd();
        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(client.request(TestClient.get(server.uri("/"))).failure().code())
                .isEqualTo(ErrorCode.CLOSED);
    }
}
