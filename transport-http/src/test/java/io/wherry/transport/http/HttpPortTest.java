// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port, spoken to over sockets by clients that are not ours. */
final class HttpPortTest extends HttpPortFixture {

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
    void servesContentInGzipToThoseWhoTakeIt() {
        server.close();
        server = new TestServer();
        server.httpPort().content("/script", script("as it is"), script("in gzip"));
        server.bind();
        try (RawClient client = server.connect()) {
            Response plain = client.get("/script").read();
            assertThat(plain.body()).isEqualTo("as it is");
            assertThat(plain.header("Content-Encoding")).isEmpty();
            assertThat(plain.header("Vary")).containsIgnoringCase("accept-encoding");

            String accept = "Accept-Encoding: br, gzip";
            Response zipped = client.get("/script", accept).read();
            assertThat(zipped.body()).isEqualTo("in gzip");
            assertThat(zipped.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(zipped.header("Content-Type")).isEqualTo("text/javascript");
            assertThat(zipped.header("ETag")).isNotEqualTo(plain.header("ETag"));

            String tag = "If-None-Match: " + zipped.header("ETag");
            assertThat(client.get("/script", accept, tag).read().status()).isEqualTo(304);
            assertThat(client.get("/script", tag).read().body()).isEqualTo("as it is");
        }
    }

    private static WebContent script(String text) {
        return WebContent.of("text/javascript", text.getBytes(StandardCharsets.US_ASCII));
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
