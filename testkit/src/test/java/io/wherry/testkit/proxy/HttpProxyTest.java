// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import static io.wherry.testkit.proxy.HttpRequests.any;
import static io.wherry.testkit.proxy.HttpRequests.get;
import static io.wherry.testkit.proxy.HttpRequests.post;
import static io.wherry.testkit.proxy.HttpRequests.upgrades;
import static io.wherry.testkit.proxy.HttpRequests.withParameter;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.testkit.Await;
import io.wherry.testkit.RawHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpProxyTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final List<RawHttp> clients = new ArrayList<>();
    private TinyServer server;
    private HttpProxy proxy;

    @BeforeEach
    void start() {
        server = new TinyServer();
        proxy = HttpProxy.to(server.port());
    }

    @AfterEach
    void close() {
        clients.forEach(RawHttp::close);
        proxy.close();
        server.close();
        assertThat(proxy.connections()).isZero();
    }

    private RawHttp client() {
        RawHttp client = new RawHttp(proxy.port());
        clients.add(client);
        return client;
    }

    private static RawHttp upload(RawHttp client, String target, String body) {
        return client.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    private static void assertAnswered(RawHttp client, int status, String body) {
        assertThat(client.readHead().status()).isEqualTo(status);
        assertThat(client.readToEnd()).isEqualTo(body);
    }

    private static void assertCut(RawHttp client) {
        assertThatThrownBy(client::readHead).isInstanceOf(UncheckedIOException.class);
    }

    /** Sees that the proxy has passed something on another connection since, so that what has not come is held. */
    private void assertOthersPass() {
        assertAnswered(upload(client(), "/echo?other", "other"), 200, "other");
    }

    private void assertSeen(String... requests) {
        for (String request : requests) {
            assertThat(Await.next(server.seen)).isEqualTo(request);
        }
        assertThat(server.seen).isEmpty();
    }

    @Test
    void passesRequestsAndResponsesOnOneConnection() {
        RawHttp client = client();
        assertAnswered(upload(client, "/echo?a=b%20c", "hello"), 200, "hello");
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assertAnswered(client, 200, "abcde");
        assertThat(client.request("HEAD", "/echo").readHead().status()).isEqualTo(200);
        // Two at once, on one connection.
        upload(upload(client, "/echo", "one"), "/echo", "two");
        assertAnswered(client, 200, "one");
        assertAnswered(client, 200, "two");

        assertSeen("POST /echo?a=b%20c hello", "POST /echo abcde", "HEAD /echo", "POST /echo one", "POST /echo two");
        assertThat(proxy.connections()).isEqualTo(1);
    }

    @Test
    void closesWhereTheServerSaysSo() {
        RawHttp client = client().get("/nothing");
        assertAnswered(client, 404, "<h1>404 Not Found</h1>No context found for request");
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void closesWhereTheClientAsksForIt() {
        RawHttp client = client().get("/echo", "Connection: close");
        client.readHead();
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void passesAStreamAsItComes() {
        RawHttp client = client().get("/pieces");
        assertThat(client.readHead().status()).isEqualTo(200);
        for (String piece : List.of("one.", "two.", "x".repeat(100_000) + ".")) {
            server.pieces.add(piece);
            assertThat(client.readUpTo(".")).isEqualTo(piece);
        }
        server.pieces.add(TinyServer.END);
        assertThat(client.readToEnd()).isEmpty();
        assertAnswered(upload(client, "/echo", "next"), 200, "next");
    }

    @Test
    void passesABodyThatEndsWithItsConnection() throws IOException {
        try (ServerSocket old = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            proxy.retarget(old.getLocalPort());
            RawHttp client = client().get("/");
            try (Socket accepted = old.accept()) {
                accepted.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\nold".getBytes(US_ASCII));
            }
            assertAnswered(client, 200, "old");
        }
    }

    @Test
    void cutsTheClientWhenAResponseBreaks() throws IOException {
        try (ServerSocket broken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            proxy.retarget(broken.getLocalPort());
            RawHttp client = client().get("/");
            try (Socket accepted = broken.accept()) {
                accepted.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".getBytes(US_ASCII));
                assertThat(client.readHead().status()).isEqualTo(200);
                assertThat(client.readUpTo("half")).isEqualTo("half");
            }
            assertThatThrownBy(client::readToEnd).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void closesItsConnectionToTheServerWhenTheClientGoes() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            proxy.retarget(plain.getLocalPort());
            RawHttp client = client().get("/");
            try (Socket accepted = plain.accept()) {
                accepted.setSoTimeout(10_000);
                assertThat(accepted.getInputStream().read()).isEqualTo('G');
                client.close();
                assertThat(accepted.getInputStream().readAllBytes()).isNotEmpty();
            }
        }
    }

    @Test
    void answersForAServerThatIsGone() {
        server.close();
        assertAnswered(client().get("/echo"), 502, "502 Bad Gateway\n");
    }

    @Test
    void leadsTheNextRequestToAServerThatWasStartedAgain() {
        RawHttp client = client();
        assertAnswered(upload(client, "/echo", "one"), 200, "one");
        try (TinyServer next = new TinyServer()) {
            proxy.retarget(next.port());
            assertAnswered(upload(client(), "/echo", "two"), 200, "two");
            assertThat(Await.next(next.seen)).isEqualTo("POST /echo two");
        }
    }

    @Test
    void becomesATunnel() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            proxy.retarget(plain.getLocalPort());
            RawHttp client = client().get("/", "Upgrade: echo", "Connection: Upgrade");
            try (Socket accepted = plain.accept()) {
                accepted.setSoTimeout(10_000);
                // What comes right behind the head belongs to the other protocol.
                accepted.getOutputStream()
                        .write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nfirst."
                                .getBytes(US_ASCII));
                assertThat(client.readHead().status()).isEqualTo(101);
                assertThat(readRaw(client, 6)).isEqualTo("first.");
                client.send("GET up HTTP/9\r\n");
                String all = "";
                while (!all.endsWith("GET up HTTP/9\r\n")) {
                    all += (char) accepted.getInputStream().read();
                }
                assertThat(all).contains("Upgrade: echo\r\n");
            }
            assertThat(client.isClosed()).isTrue();
        }
    }

    private static String readRaw(RawHttp client, int count) {
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < count; i++) {
            read.append((char) client.readRaw());
        }
        return read.toString();
    }

    @Test
    void buffersAResponseUntilItsEnd() {
        Fault buffered = proxy.when(get("/pieces")).bufferResponse();
        RawHttp client = client().get("/pieces");
        server.pieces.add("one.");
        buffered.awaitStrikes(1);
        assertOthersPass();
        assertThat(client.isQuiet()).isTrue();
        server.pieces.add(TinyServer.END);

        assertAnswered(client, 200, "one.");
    }

    @Test
    void letsABufferedResponseGoOnWhenRepaired() {
        Fault buffered = proxy.when(get("/pieces")).once().bufferResponse();
        RawHttp client = client().get("/pieces");
        server.pieces.add("one.");
        buffered.awaitStrikes(1);
        assertThat(client.isQuiet()).isTrue();
        proxy.repair();

        client.readHead();
        assertThat(client.readUpTo(".")).isEqualTo("one.");
        server.pieces.add("two.");
        assertThat(client.readUpTo(".")).isEqualTo("two.");
    }

    @Test
    void holdsTheFirstBytesBack() {
        Fault held = proxy.when(get("/pieces")).holdResponse(6);
        RawHttp client = client().get("/pieces");
        server.pieces.add("one.");
        held.awaitStrikes(1);
        assertThat(client.isQuiet()).isTrue();
        server.pieces.add("two.");

        client.readHead();
        assertThat(client.readUpTo("two.")).isEqualTo("one.two.");
        server.pieces.add("three.");
        assertThat(client.readUpTo(".")).isEqualTo("three.");
    }

    @Test
    void holdsAResponseForATime() {
        Fault held = proxy.when(any()).holdResponse(Duration.ofMillis(80));
        long before = System.nanoTime();
        assertAnswered(upload(client(), "/echo", "late"), 200, "late");

        assertThat(System.nanoTime() - before)
                .isGreaterThan(Duration.ofMillis(80).toNanos());
        assertThat(held.strikes()).isEqualTo(1);
    }

    @Test
    void stripsAnUpgrade() {
        Fault strip = proxy.when(any()).stripUpgrade();
        RawHttp client = client();
        client.get("/echo", "Upgrade: websocket", "Connection: Upgrade").readHead();
        strip.off();
        client.get("/echo", "Upgrade: websocket", "Connection: Upgrade").readHead();
        strip.on();
        client.get("/echo").readHead();

        assertSeen("GET /echo", "GET /echo upgrade websocket", "GET /echo");
        assertThat(strip.strikes()).isEqualTo(1);
    }

    @Test
    void answersAnUpgradeAndFallsSilent() {
        Fault silent = proxy.when(upgrades()).silentUpgrade();
        RawHttp client = client().get(
                        "/echo",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                        "Sec-WebSocket-Protocol: wherry.v1, other");
        RawHttp.Head head = client.readHead();

        assertThat(head.status()).isEqualTo(101);
        // The key and its answer are the example of RFC 6455, section 1.3.
        assertThat(head.header("sec-websocket-accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(head.header("sec-websocket-protocol")).isEqualTo("wherry.v1");
        client.send("hello");
        assertOthersPass();
        assertThat(client.isQuiet()).isTrue();
        assertThat(silent.strikes()).isEqualTo(1);
        assertSeen("POST /echo?other other");
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 502, 503})
    void answersInTheServersPlace(int status) {
        Fault refusing = proxy.when(post("/echo")).times(2).answer(status);
        RawHttp client = client();
        for (int i = 0; i < 2; i++) {
            assertThat(upload(client, "/echo", "one").readHead().status()).isEqualTo(status);
            assertThat(client.readToEnd()).startsWith(Integer.toString(status));
        }
        assertThat(client.get("/echo").readHead().status()).isEqualTo(200);
        assertAnswered(upload(client, "/echo", "three"), 200, "three");

        assertThat(refusing.strikes()).isEqualTo(2);
        assertSeen("GET /echo", "POST /echo three");
    }

    @Test
    void failsPostsWhileAStreamLives() {
        RawHttp stream = client().get("/pieces");
        stream.readHead();
        Fault failing = proxy.when(post("/echo")).cut();
        assertCut(upload(client(), "/echo", "lost"));
        server.pieces.add("lives.");

        assertThat(stream.readUpTo(".")).isEqualTo("lives.");
        assertThat(failing.strikes()).isEqualTo(1);
        assertSeen("GET /pieces");
    }

    @Test
    void swallowsARequest() {
        Fault swallowing = proxy.when(withParameter("lost", "yes")).swallow();
        RawHttp client = upload(client(), "/echo?lost=yes", "lost");
        swallowing.awaitStrikes(1);
        assertAnswered(upload(client(), "/echo?lost=no", "kept"), 200, "kept");

        assertThat(client.isQuiet()).isTrue();
        assertSeen("POST /echo?lost=no kept");
    }

    @Test
    void cutsAConnectionSoLongAfterARequest() {
        Fault cut = proxy.when(get("/pieces")).cutAfter(Duration.ofMillis(80));
        RawHttp client = client().get("/pieces");
        client.readHead();
        server.pieces.add("one.");
        assertThat(client.readUpTo(".")).isEqualTo("one.");

        assertThatThrownBy(client::readToEnd).isInstanceOf(UncheckedIOException.class);
        assertThat(cut.strikes()).isEqualTo(1);
    }

    @Test
    void delaysARequest() {
        Fault delay = proxy.when(post("/echo")).delay(Duration.ofMillis(80));
        long before = System.nanoTime();
        assertAnswered(upload(client(), "/echo", "late"), 200, "late");

        assertThat(System.nanoTime() - before)
                .isGreaterThan(Duration.ofMillis(80).toNanos());
        assertThat(delay.strikes()).isEqualTo(1);
    }

    @Test
    void sendsARequestTwice() {
        Fault twice = proxy.when(post("/echo")).once().duplicate();
        RawHttp client = client();
        assertAnswered(upload(client, "/echo", "again"), 200, "again");
        assertAnswered(upload(client, "/echo", "once"), 200, "once");

        assertThat(twice.strikes()).isEqualTo(1);
        assertSeen("POST /echo again", "POST /echo again", "POST /echo once");
    }

    @Test
    void makesTwoRequestsOverlap() {
        Fault overlap = proxy.when(get("/wait")).overlap();
        RawHttp client = client().get("/wait");
        assertSeen("GET /wait", "GET /wait");
        server.pieces.add("news");
        server.pieces.add("news");

        assertAnswered(client, 200, "news");
        assertThat(overlap.strikes()).isEqualTo(1);
    }

    @Test
    void letsARequestOvertakeAnother() {
        Fault reordered = proxy.when(post("/echo")).once().reorder(LONG);
        Fault seen = proxy.when(any()).watch();
        RawHttp first = upload(client(), "/echo", "one");
        seen.awaitStrikes(1);
        RawHttp second = upload(client(), "/echo", "two");
        assertAnswered(second, 200, "two");
        assertAnswered(first, 200, "one");

        assertThat(reordered.strikes()).isEqualTo(1);
        assertSeen("POST /echo two", "POST /echo one");
    }

    @Test
    void letsARequestGoThatNobodyOvertakes() {
        Fault reordered = proxy.when(post("/echo")).reorder(Duration.ofMillis(50));
        assertAnswered(upload(client(), "/echo", "alone"), 200, "alone");

        assertThat(reordered.strikes()).isZero();
    }

    @Test
    void losesAnAnswerAfterTheServerHasActed() {
        Fault losing = proxy.when(post("/echo")).once().loseAnswer();
        assertCut(upload(client(), "/echo", "done"));
        assertAnswered(upload(client(), "/echo", "next"), 200, "next");

        assertThat(losing.strikes()).isEqualTo(1);
        assertSeen("POST /echo done", "POST /echo next");
    }

    @Test
    void harmsBytesToo() {
        Fault cut = proxy.cutEachAfter(Direction.DOWN, 40);
        RawHttp client = upload(client(), "/echo", "x".repeat(100));
        assertCut(client);
        cut.awaitStrikes(1);
        cut.off();
        Fault hole = proxy.blackHole(Direction.DOWN);
        RawHttp lost = upload(client(), "/echo", "lost");
        hole.awaitStrikes(1);
        assertThat(lost.isQuiet()).isTrue();
    }
}
