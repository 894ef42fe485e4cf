// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import io.wherry.transport.http.Http2Client.Response;
import io.wherry.transport.http.Http2Client.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server answers in HTTP/2, held against what it answers in HTTP/1.1. */
final class Http2Test {

    private final Server server = Wherry.server()
            .transport(HttpTransport.withContent(
                    Map.of("/page", WebContent.of("text/plain", "a page".getBytes(US_ASCII)))))
            .transports("http")
            .set("wherry.host", "127.0.0.1")
            .set("wherry.limits.batch", "64KiB")
            .set("wherry.limits.message", "32KiB")
            .port(0)
            .build();
    private Position first = Position.parse("e-1");

    @BeforeEach
    void start() {
        server.onRequest("echo", (channel, request) -> request);
        server.topic("time");
        server.topic("none");
        server.start();
        first = Await.value(server.topic("time").publish(Message.of("12:00")));
        Await.value(server.topic("time").publish(Message.of("12:01 " + "x".repeat(20_000))));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private Http2Client connect() {
        return new Http2Client(server.port());
    }

    @Test
    void saysWhatItTakes() {
        try (Http2Client client = connect()) {
            Http2Settings settings = client.settings();
            assertThat(settings.maxConcurrentStreams()).isEqualTo(100);
            assertThat(settings.maxHeaderListSize()).isEqualTo(16 * 1024);
            assertThat(settings.connectProtocolEnabled()).isNull();
            assertThat(settings.pushEnabled()).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/wherry/http?topic=time",
                "/wherry/http?topic=time&format=json",
                "/wherry/http?topic=none",
                "/wherry/http?topic=time&last=1",
                "/wherry/http?topic=time&after=FIRST",
                "/wherry/http?topic=unknown",
                "/wherry/nowhere",
                "/page",
            })
    void answersAsHttp1Does(String target) {
        String path = target.replace("FIRST", first.toString());
        try (Http2Client client = connect();
                RawClient old = new RawClient(server.port())) {
            RawClient.Response expected = old.get(path).read();
            for (int i = 0; i < 2; i++) {
                Response answer = client.get(path).answer();
                assertThat(answer.status()).isEqualTo(expected.status());
                assertThat(answer.body()).isEqualTo(expected.body());
                expected.headers()
                        .forEach((name, value) -> assertThat(answer.header(name.toLowerCase()))
                                .as(name)
                                .isEqualTo(value));
                assertThat(answer.headers().names()).doesNotContain("connection", "transfer-encoding");
            }
        }
    }

    @Test
    void answersManyAtATime() {
        try (Http2Client client = connect()) {
            List<Stream> streams = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                streams.add(client.post("/wherry/http?to=echo", "number " + i));
            }
            for (int i = 0; i < 90; i++) {
                Response answer = streams.get(i).answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("number " + i);
            }
        }
    }

    @Test
    void leavesTheContentAwayForHead() {
        try (Http2Client client = connect()) {
            Response answer = client.open(client.headers("HEAD", "/wherry/http?topic=time"), true)
                    .answer();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-length")).isEqualTo("20006");
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void asksForContentThatWaits() {
        try (Http2Client client = connect()) {
            Http2Headers head = client.headers("POST", "/wherry/http?to=echo");
            Stream post = client.open(head.set("expect", "100-continue"), false);
            assertThat(post.head().status().toString()).isEqualTo("100");
            assertThat(post.send("hello", true).answer().body()).isEqualTo("hello");
        }
    }

    @Test
    void endsContentByTrailersToo() {
        try (Http2Client client = connect()) {
            Stream post = client.open(client.headers("POST", "/wherry/http?to=echo"), false);
            post.send("hel", false).send("lo", false).sendTrailers();
            assertThat(post.answer().body()).isEqualTo("hello");
        }
    }

    /** What is too long is one request's misfortune. */
    @Test
    void refusesTooMuchContentOnItsStreamAlone() {
        try (Http2Client client = connect()) {
            Stream declared =
                    client.open(client.headers("POST", "/wherry/http?to=echo").set("content-length", "100000"), false);
            Response answer = declared.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).contains("wherry.limits.batch");
            assertThat(declared.next()).isEqualTo(Http2Error.NO_ERROR);

            Stream grown = client.open(client.headers("POST", "/wherry/http?to=echo"), false);
            for (int i = 0; i < 9; i++) {
                grown.send("x".repeat(8 * 1024), false);
            }
            assertThat(grown.answer().status()).isEqualTo(413);
            assertThat(client.post("/wherry/http?to=echo", "still there")
                            .answer()
                            .body())
                    .isEqualTo("still there");
        }
    }

    @Test
    void refusesTooLongAHeadOnItsStreamAlone() {
        try (Http2Client client = connect()) {
            Stream tooLong =
                    client.open(client.headers("GET", "/wherry/http?topic=time").set("x", "x".repeat(17_000)), true);
            assertThat(tooLong.head().status().toString()).isEqualTo("431");
            assertThat(client.get("/page").answer().body()).isEqualTo("a page");
        }
    }

    /** RFC 9113, section 8.1.1. */
    @Test
    void resetsAStreamWhoseRequestIsMalformed() {
        try (Http2Client client = connect()) {
            List<Http2Headers> malformed = List.of(
                    without(client, ":method"),
                    without(client, ":scheme"),
                    without(client, ":path"),
                    client.headers("GET", "page"),
                    client.headers("GET", "/page").add(":path", "/other"),
                    client.headers("GET", "/page").add("Upper", "case"),
                    client.headers("GET", "/page").add("connection", "close"),
                    client.headers("GET", "/page").add("transfer-encoding", "chunked"),
                    client.headers("GET", "/page").add("te", "gzip"),
                    client.headers("GET", "/page").add("host", "elsewhere.example"),
                    client.headers("GET", "/page").add(":protocol", "websocket"),
                    client.headers("GET", "/page").add(":status", "200"));
            for (Http2Headers head : malformed) {
                assertThat(client.open(head, true).next()).as(head.toString()).isEqualTo(Http2Error.PROTOCOL_ERROR);
            }
            Stream short1 =
                    client.open(client.headers("POST", "/wherry/http?to=echo").set("content-length", "3"), false);
            assertThat(short1.send("four", true).next()).isEqualTo(Http2Error.PROTOCOL_ERROR);
            assertThat(client.get("/page").answer().body()).isEqualTo("a page");
        }
    }

    private static Http2Headers without(Http2Client client, String name) {
        Http2Headers head = client.headers("GET", "/page");
        head.remove(name);
        return head;
    }

    @Test
    void takesAnAuthorityAsHost() {
        try (Http2Client client = connect()) {
            Http2Headers own = client.headers("GET", "/page");
            own.set("origin", "http://" + own.authority());
            assertThat(client.open(own, true).answer().header("access-control-allow-origin"))
                    .startsWith("http://127.0.0.1");
            Http2Headers other = client.headers("GET", "/page").set("origin", "http://elsewhere.example");
            assertThat(client.open(other, true).answer().status()).isEqualTo(403);
            Http2Headers none = without(client, ":authority");
            assertThat(client.open(none, true).answer().status()).isEqualTo(400);
            Http2Headers host = without(client, ":authority").set("host", "127.0.0.1");
            assertThat(client.open(host, true).answer().status()).isEqualTo(200);
        }
    }
}
