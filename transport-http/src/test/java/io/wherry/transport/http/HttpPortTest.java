// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import io.wherry.transport.http.RawClient.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The port, spoken to over sockets by clients that are not ours. */
final class HttpPortTest {

    private final BlockingQueue<HttpExchange> parked = new ArrayBlockingQueue<>(10);
    private final CountDownLatch gone = new CountDownLatch(1);
    private TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    private TestServer start(String... keysAndValues) {
        server.close();
        server = new TestServer(keysAndValues)
                .route("echo", HttpPortTest::echo)
                .route("park", exchange -> {
                    exchange.onGone(gone::countDown);
                    parked.add(exchange);
                })
                .route("bug", exchange -> {
                    throw new IllegalStateException("a secret of the server");
                })
                .route("refuse", exchange -> {
                    throw new WherryException(ErrorCode.UNKNOWN_TOPIC, "topic: \"tine\" (expected: time)");
                });
        return server.bind();
    }

    /** Answers with the method, the query and the body. */
    private static void echo(HttpExchange exchange) {
        String text = exchange.method() + " "
                + new java.util.TreeMap<>(exchange.handshake().query()) + " "
                + exchange.body().toString(StandardCharsets.UTF_8);
        answer(exchange, text);
    }

    private static void answer(HttpExchange exchange, String text) {
        exchange.respond(
                HttpResponseStatus.OK,
                HttpExchange.newHeaders("text/plain"),
                Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private void answerParked(String text) {
        HttpExchange exchange = Await.next(parked);
        exchange.run(() -> answer(exchange, text));
    }

    @Test
    void answersOverOneConnection() {
        try (RawClient client = start().connect()) {
            Response first = client.get("/wherry/echo?a=1&b=%20x&a=2").read();
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.body()).isEqualTo("GET {a=[1, 2], b=[ x]} ");
            assertThat(first.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(first.header("Cache-Control")).isEqualTo("no-store");
            assertThat(first.header("Connection")).isEmpty();

            assertThat(client.post("/wherry/echo", "größer").read().body()).isEqualTo("POST {} größer");
            assertThat(client.request("POST", "/wherry/echo", "Transfer-Encoding: chunked")
                            .send("3\nabc\n2;x=y\nde\n0\n\n")
                            .read()
                            .body())
                    .isEqualTo("POST {} abcde");
        }
    }

    @Test
    void takesRequestsSplitAnywhere() {
        String request = "POST /wherry/echo?q=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
        start();
        for (int i = 1; i < request.length(); i += 3) {
            try (RawClient client = server.connect()) {
                client.sendBytes(request.substring(0, i).getBytes(StandardCharsets.UTF_8));
                client.sendBytes(request.substring(i).getBytes(StandardCharsets.UTF_8));
                assertThat(client.read().body()).isEqualTo("POST {q=[1]} hello");
            }
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() {
        try (RawClient client = start().connect()) {
            client.send("""
                    GET /wherry/park HTTP/1.1
                    Host: x

                    GET /wherry/echo?n=2 HTTP/1.1
                    Host: x

                    POST /wherry/echo?n=3 HTTP/1.1
                    Host: x
                    Content-Length: 2

                    hiGET /wherry/echo?n=4 HTTP/1.1
                    Host: x

                    """);
            answerParked("first");

            assertThat(client.read().body()).isEqualTo("first");
            assertThat(client.read().body()).isEqualTo("GET {n=[2]} ");
            assertThat(client.read().body()).isEqualTo("POST {n=[3]} hi");
            assertThat(client.read().body()).isEqualTo("GET {n=[4]} ");
        }
    }

    @Test
    void answersFarMorePipelinedRequestsThanItReadsAtOnce() {
        int count = 5000;
        try (RawClient client = start().connect()) {
            Thread writer = new Thread(() -> {
                for (int i = 0; i < count; i++) {
                    client.get("/wherry/echo?n=" + i);
                }
            });
            writer.start();
            for (int i = 0; i < count; i++) {
                assertThat(client.read().body()).isEqualTo("GET {n=[" + i + "]} ");
            }
        }
    }

    @Test
    void noticesThatAPeerGoesAwayBeforeItsAnswer() {
        RawClient client = start().connect();
        client.get("/wherry/park");
        HttpExchange exchange = Await.next(parked);
        client.close();

        Await.open(gone);
        exchange.run(() -> answer(exchange, "too late"));
    }

    @Test
    void tellsThatAPeerHasGoneAlready() {
        RawClient client = start().connect();
        client.get("/wherry/park");
        HttpExchange exchange = Await.next(parked);
        client.close();
        Await.open(gone);

        CountDownLatch again = new CountDownLatch(1);
        exchange.run(() -> exchange.onGone(again::countDown));

        Await.open(again);
    }

    @Test
    void keepsHttp10AliveOnlyWhereAsked() {
        try (RawClient client = start().connect()) {
            client.send("GET /wherry/echo HTTP/1.0\nConnection: keep-alive\n\n");
            assertThat(client.read().header("Connection")).isEqualTo("keep-alive");
            client.send("GET /wherry/echo HTTP/1.0\n\n");
            assertThat(client.read().header("Connection")).isEqualTo("close");
            client.expectEnd();
        }
    }

    @Test
    void closesWhereAsked() {
        try (RawClient client = start().connect()) {
            Response response = client.get("/wherry/echo", "Connection: close").read();
            assertThat(response.header("Connection")).isEqualTo("close");
            client.expectEnd();
        }
    }

    @Test
    void ignoresUpgradesThatItDoesNotKnow() throws Exception {
        start();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        var response = client.send(
                HttpRequest.newBuilder(server.uri("/wherry/echo?x=y")).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("GET {x=[y]} ");
    }

    @Test
    void leavesTheBodyAwayForHead() {
        try (RawClient client = start().connect()) {
            client.request("HEAD", "/wherry/echo?x=1");
            Response head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo("13");
            assertThat(client.get("/wherry/echo").read().body()).isEqualTo("GET {} ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /wherry/nothing, 404, bad-request",
        "GET, /, 404, bad-request",
        "GET, /wherry/echo/, 404, bad-request",
        "DELETE, /wherry/echo, 405, method-not-allowed",
        "GET, /wherry/refuse, 404, unknown-topic",
        "GET, /wherry/bug, 500, internal",
        "GET, /wherry/echo?a=%zz, 400, bad-request",
        "TRACE, /wherry/echo, 405, method-not-allowed",
    })
    void answersWithAProblem(String method, String target, int status, String code) {
        try (RawClient client = start().connect()) {
            Response response = client.request(method, target).read();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(response.body())
                    .startsWith("{\"type\":\"about:blank\",\"title\":\"")
                    .contains("\"status\":" + status + ",\"code\":\"" + code + "\",\"detail\":\"")
                    .doesNotContain("secret");
            assertThat(response.header("Connection")).isEmpty();
            if (status == 405) {
                assertThat(response.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, POST");
            }
            assertThat(client.get("/wherry/echo").read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /wherry/echo HTTP/1.1|400",
                "GET /wherry/echo HTTP/1.1~Host: a~Host: b|400",
                "GET /wherry/echo HTTP/2.0~Host: a|400",
                "POST /wherry/echo HTTP/1.1~Host: a~Content-Length: 3~Content-Length: 4|400",
                "POST /wherry/echo HTTP/1.1~Host: a~Content-Length: -3|400",
                "GET /wherry/echo HTTP/1.1~Host: a~a b: c|400",
                "complete nonsense|400",
            })
    void refusesWhatIsMalformed(String head, int status) {
        try (RawClient client = start().connect()) {
            Response response = client.send(head.replace('~', '\n') + "\n\n").read();
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        }
    }

    @Test
    void boundsTheHead() {
        start("wherry.limits.header", "1KiB");
        try (RawClient client = server.connect()) {
            Response response = client.get("/wherry/echo?a=" + "x".repeat(2000)).read();
            assertThat(response.status()).isEqualTo(414);
            assertThat(response.body()).contains("\"code\":\"too-large\"");
            client.expectEnd();
        }
        try (RawClient client = server.connect()) {
            Response response =
                    client.get("/wherry/echo", "X: " + "x".repeat(2000)).read();
            assertThat(response.status()).isEqualTo(431);
            client.expectEnd();
        }
    }

    @Test
    void boundsTheBody() {
        start("wherry.limits.batch", "20KiB", "wherry.limits.message", "10KiB");
        try (RawClient client = server.connect()) {
            assertThat(client.post("/wherry/echo", "x".repeat(20 * 1024)).read().status())
                    .isEqualTo(200);
            Response response =
                    client.post("/wherry/echo", "x".repeat(20 * 1024 + 1)).read();
            assertThat(response.status()).isEqualTo(413);
            assertThat(response.body()).contains("\"code\":\"too-large\"");
            client.expectEnd();
        }
        try (RawClient client = server.connect()) {
            client.request("POST", "/wherry/echo", "Transfer-Encoding: chunked");
            for (int i = 0; i < 3; i++) {
                client.send("2000\n" + "x".repeat(0x2000) + "\n");
            }
            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void asksForABodyThatWaits() {
        try (RawClient client = start().connect()) {
            client.request("POST", "/wherry/echo", "Content-Length: 5", "Expect: 100-continue");
            assertThat(client.read().status()).isEqualTo(100);
            assertThat(client.send("hello").read().body()).isEqualTo("POST {} hello");
        }
        try (RawClient client = server.connect()) {
            client.request("POST", "/wherry/echo", "Content-Length: 999999999", "Expect: 100-continue");
            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void endsASlowRequest() {
        start("wherry.limits.handshake-time", "200ms");
        try (RawClient client = server.connect()) {
            Response response = client.send("GET /wherry/echo HTT").read();
            assertThat(response.status()).isEqualTo(408);
        } catch (AssertionError closedBeforeTheHeadWasKnown) {
            assertThat(closedBeforeTheHeadWasKnown).hasMessageContaining("closed");
        }
        try (RawClient client = server.connect()) {
            client.request("POST", "/wherry/echo", "Content-Length: 5").send("hel");
            Response response = client.read();
            assertThat(response.status()).isEqualTo(408);
            assertThat(response.body()).contains("\"code\":\"timeout\"");
            client.expectEnd();
        }
        try (RawClient client = server.connect()) {
            client.expectEnd();
        }
        try (RawClient client = server.connect()) {
            assertThat(client.get("/wherry/echo").read().status()).isEqualTo(200);
            client.send("GET /wherry/e");
            client.expectEnd();
        }
    }

    @Test
    void endsAnIdleConnectionButNotOneThatWaits() {
        start("wherry.limits.idle-time", "200ms", "wherry.limits.handshake-time", "200ms");
        try (RawClient idle = server.connect();
                RawClient waiting = server.connect()) {
            waiting.get("/wherry/park");
            assertThat(idle.get("/wherry/echo").read().status()).isEqualTo(200);
            idle.expectEnd();
            answerParked("here");
            assertThat(waiting.read().body()).isEqualTo("here");
        }
    }

    @Test
    void letsInWhoIsKnown() {
        start().authenticate(handshake -> "secret".equals(handshake.header("authorization"))
                ? CompletableFuture.completedFuture((Principal) () -> "anna")
                : CompletableFuture.failedFuture(new WherryException(ErrorCode.UNAUTHORIZED, "who are you?")));
        try (RawClient client = server.connect()) {
            Response refused = client.get("/wherry/park").read();
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).isNotEmpty();

            client.get("/wherry/park", "Authorization: secret");
            HttpExchange exchange = Await.next(parked);
            exchange.run(() -> answer(
                    exchange, Objects.requireNonNull(exchange.principal()).getName()));
            assertThat(client.read().body()).isEqualTo("anna");
        }
    }

    @Test
    void keepsTheOrderWhileItAsksWhoItIs() {
        CompletableFuture<Principal> slow = new CompletableFuture<>();
        start().authenticate(handshake -> slow);
        try (RawClient client = server.connect()) {
            client.post("/wherry/echo", "one").post("/wherry/echo", "two");
            slow.complete(() -> "anna");
            assertThat(client.read().body()).isEqualTo("POST {} one");
            assertThat(client.read().body()).isEqualTo("POST {} two");
        }
    }

    @Test
    void forgetsAPeerThatLeavesWhileItAsksWhoItIs() {
        CompletableFuture<Principal> slow = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        start().authenticate(handshake -> {
            asked.countDown();
            return slow;
        });
        RawClient client = server.connect();
        client.post("/wherry/park", "a body that must not leak");
        Await.open(asked);
        client.close();
        server.close();
        slow.complete(() -> "anna");

        assertThat(parked).isEmpty();
    }

    @Test
    void refusesOtherOrigins() {
        start("wherry.http.allowed-origins", "https://good.example");
        try (RawClient client = server.connect()) {
            for (String method : new String[] {"GET", "POST", "OPTIONS"}) {
                Response refused = client.request(method, "/wherry/echo", "Origin: https://evil.example")
                        .read();
                assertThat(refused.status()).isEqualTo(403);
                assertThat(refused.header("Access-Control-Allow-Origin")).isEmpty();
                assertThat(refused.header("Vary")).isEqualTo("origin");
                assertThat(refused.body()).contains("\"code\":\"forbidden\"", "https://evil.example");
            }
            assertThat(client.get("/wherry/echo", "Origin: http://localhost")
                            .read()
                            .status())
                    .isEqualTo(200);
            Response allowed =
                    client.get("/wherry/echo", "Origin: https://good.example").read();
            assertThat(allowed.status()).isEqualTo(200);
            assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo("https://good.example");
            assertThat(allowed.header("Access-Control-Allow-Credentials")).isEqualTo("true");
            assertThat(allowed.header("Access-Control-Expose-Headers")).contains("Wherry-Position");
        }
    }

    @Test
    void answersPreflights() {
        start("wherry.http.allowed-origins", "https://good.example");
        try (RawClient client = server.connect()) {
            Response response = client.request(
                            "OPTIONS",
                            "/wherry/echo",
                            "Origin: https://good.example",
                            "Access-Control-Request-Method: POST",
                            "Access-Control-Request-Headers: authorization, x-y")
                    .read();
            assertThat(response.status()).isEqualTo(204);
            assertThat(response.header("Access-Control-Allow-Methods")).isEqualTo("GET, HEAD, OPTIONS, POST");
            assertThat(response.header("Access-Control-Allow-Headers")).isEqualTo("authorization, x-y");
            assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo("https://good.example");
            assertThat(client.request("OPTIONS", "/wherry/echo").read().header("Allow"))
                    .isEqualTo("GET, HEAD, OPTIONS, POST");
        }
    }

    @Test
    void givesNoCredentialsToAnyOrigin() {
        start("wherry.http.allowed-origins", "*");
        try (RawClient client = server.connect()) {
            Response response =
                    client.get("/wherry/echo", "Origin: https://any.example").read();
            assertThat(response.header("Access-Control-Allow-Origin")).isEqualTo("https://any.example");
            assertThat(response.header("Access-Control-Allow-Credentials")).isEmpty();
        }
    }

    @Test
    void givesAnUpgradedConnectionAwayWithWhatHasCome() {
        CompletableFuture<Principal> slow = new CompletableFuture<>();
        start().authenticate(handshake -> slow);
        server.httpPort().route("upgrade", Set.of(HttpMethod.GET), exchange -> {
            HttpHeaders headers = HttpExchange.newHeaders();
            headers.set(HttpHeaderNames.CONNECTION, "Upgrade");
            headers.set(HttpHeaderNames.UPGRADE, "shout");
            exchange.upgrade(headers, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    var unused = ctx.writeAndFlush(message);
                }
            });
        });
        try (RawClient client = server.connect()) {
            client.get("/wherry/upgrade", "Connection: Upgrade", "Upgrade: shout")
                    .send("early");
            slow.complete(() -> "anna");
            Response head = client.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.header("Upgrade")).isEqualTo("shout");
            assertThat(client.readText(5)).isEqualTo("early");
            assertThat(client.send("late").readText(4)).isEqualTo("late");
        }
    }

    @Test
    void servesContentToAnybody() {
        server.close();
        server = new TestServer();
        server.httpPort().content("/", WebContent.html("<p>größer").withHeader("Content-Security-Policy", "sandbox"));
        server.bind().authenticate(handshake -> {
            throw new AssertionError("not asked for content");
        });
        try (RawClient client = server.connect()) {
            Response page = client.get("/?x=y").read();
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.body()).isEqualTo("<p>größer");
            assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
            assertThat(page.header("Content-Security-Policy")).isEqualTo("sandbox");

            Response again = client.get("/", "If-None-Match: \"x\", " + page.header("ETag"))
                    .read();
            assertThat(again.status()).isEqualTo(304);
            assertThat(again.header("ETag")).isEqualTo(page.header("ETag"));
            assertThat(client.post("/", "x").read().status()).isEqualTo(405);
        }
    }

    @Test
    void takesTargetsInAbsoluteForm() {
        try (RawClient client = start().connect()) {
            assertThat(client.get("http://localhost/wherry/echo?a=1").read().body())
                    .isEqualTo("GET {a=[1]} ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app/push"})
    void livesUnderThePathThatIsConfigured(String path) {
        start("wherry.path", path);
        try (RawClient client = server.connect()) {
            assertThat(client.get(path + "/echo").read().status()).isEqualTo(200);
        }
    }

    @Test
    void stopsAfterTheAnswerThatIsUnderWay() {
        start();
        try (RawClient idle = server.connect();
                RawClient waiting = server.connect()) {
            assertThat(idle.get("/wherry/echo").read().status()).isEqualTo(200);
            waiting.get("/wherry/park");
            HttpExchange exchange = Await.next(parked);
            var closed = server.httpPort().close(Duration.ofSeconds(5));
            idle.expectEnd();
            exchange.run(() -> answer(exchange, "last"));
            Response last = waiting.read();
            assertThat(last.body()).isEqualTo("last");
            assertThat(last.header("Connection")).isEqualTo("close");
            Await.value(closed);
        }
    }

    @Test
    void saysWhenItCannotBind() {
        start();
        try (TestServer other = new TestServer("wherry.port", String.valueOf(server.port()))) {
            WherryException refused = Await.failure(other.httpPort().bind());
            assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE);
            assertThat(refused).hasMessageContaining("wherry.port: " + server.port());
        }
    }

    @Test
    void refusesAPathThatIsTaken() {
        assertThat(URI.create(server.config().get(io.wherry.config.CoreKeys.PATH))
                        .getPath())
                .isEqualTo("/wherry");
        assertThatThrownBy(() -> {
                    server.route("x", HttpPortTest::echo);
                    server.route("x", HttpPortTest::echo);
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/wherry/x");
    }
}
