// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import io.wherry.transport.http.RawClient.Response;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are made once for all, held against those that are made for one. */
class AnswerHeadTest {

    private static final Position AT = Position.parse("e-7");

    private final Server server = Wherry.server()
            .transports("http")
            .set("wherry.host", "127.0.0.1")
            .port(0)
            .build();
    private Position first = AT;

    @BeforeEach
    void start() {
        server.topic("time");
        server.topic("other");
        server.topic("none");
        server.start();
        first = Await.value(server.topic("time").publish(Message.of("12:00")));
        Await.value(server.topic("time").publish(Message.of("12:01 " + "x".repeat(10_000))));
        Await.value(server.topic("other").publish(Message.of("else")));
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static String text(AnswerHead head) {
        ByteBuf out = Unpooled.buffer();
        head.writeTo(out);
        assertThat(out.readableBytes()).isEqualTo(head.size());
        return out.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void writesStatusLineAndHeaders() {
        assertThat(text(AnswerHead.of(HttpResponseStatus.OK, "text/plain", AT, 12))
                        .split("\r\n", -1))
                .startsWith("HTTP/1.1 200 OK")
                .endsWith("", "")
                .containsExactlyInAnyOrder(
                        "HTTP/1.1 200 OK",
                        "Wherry-Position: e-7",
                        "etag: \"e-7\"",
                        "cache-control: no-cache",
                        "content-type: text/plain",
                        "content-length: 12",
                        "X-Content-Type-Options: nosniff",
                        "vary: origin",
                        "",
                        "");
        assertThat(text(AnswerHead.of(HttpResponseStatus.NO_CONTENT, null, null, 0)))
                .startsWith("HTTP/1.1 204 No Content\r\n")
                .contains("cache-control: no-store\r\n")
                .doesNotContain("content-", "etag");
    }

    @Test
    void isMadeOnceForTheSame() {
        AnswerHead head = AnswerHead.of(HttpResponseStatus.OK, "text/plain", AT, 12);
        assertThat(AnswerHead.of(HttpResponseStatus.OK, "text/plain", Position.parse("e-7"), 12))
                .isSameAs(head);
        assertThat(text(AnswerHead.of(HttpResponseStatus.OK, "text/plain", Position.parse("f-7"), 12)))
                .contains("f-7");
        assertThat(text(AnswerHead.of(HttpResponseStatus.OK, "application/json", AT, 12)))
                .contains("json");
        assertThat(text(AnswerHead.of(HttpResponseStatus.OK, "text/plain", AT, 12 + 32)))
                .contains("content-length: 44");
        assertThat(text(AnswerHead.of(HttpResponseStatus.OK, "text/plain", null, 12)))
                .doesNotContain("etag");
    }

    /** A tag that matches nothing makes an answer of its own, and changes nothing of it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "?topic=time",
                "?topic=time&format=json",
                "?topic=none",
                "?topic=time&topic=other",
                "?topic=time&last=1",
                "?topic=time&after=FIRST",
                "?topic=time&after=FIRST&format=json",
                "?topic=other&after=FIRST",
                "?topic=none&after=FIRST",
                "?topic=time&last=2&delimiter=%7C",
            })
    void isTheSameAsAnAnswerToOneAlone(String query) {
        String target = "/wherry/http" + query.replace("FIRST", first.toString());
        try (RawClient client = new RawClient(server.port())) {
            Response common = client.get(target).read();
            Response again = client.get(target).read();
            Response alone = client.get(target, "If-None-Match: \"another\"").read();
            assertThat(again).isEqualTo(common);
            assertThat(alone).isEqualTo(common);
        }
    }

    @Test
    void answersATagWithoutTouchingTheMessage() {
        try (RawClient client = new RawClient(server.port())) {
            Response latest = client.get("/wherry/http?topic=time").read();
            String tag = latest.header("etag");
            for (String tags : new String[] {tag, "W/" + tag, "\"a\", " + tag, "*"}) {
                Response same = client.get("/wherry/http?topic=time", "If-None-Match: " + tags)
                        .read();
                assertThat(same.status()).isEqualTo(304);
                assertThat(same.header("etag")).isEqualTo(tag);
                assertThat(same.headers()).doesNotContainKey("content-length");
            }
        }
    }

    /** What a tag says counts for the answer that would be given, and there is one. */
    @Test
    void givesNewsWhateverTheTag() {
        try (RawClient client = new RawClient(server.port())) {
            String poll = "/wherry/http?topic=time&after=" + first;
            Response news = client.get(poll).read();
            Response same =
                    client.get(poll, "If-None-Match: " + news.header("etag")).read();
            assertThat(same.status()).isEqualTo(200);
            assertThat(same.body()).isEqualTo(news.body());
            String next = "/wherry/http?topic=time&after=" + news.header("wherry-position");
            assertThat(client.get(next).read().status()).isEqualTo(204);
            assertThat(client.get(next, "If-None-Match: " + news.header("etag"))
                            .read()
                            .status())
                    .isEqualTo(304);
        }
    }

    /** What depends on the peer is no part of what others are given. */
    @Test
    void keepsWhatIsOneOfAKindApart() {
        String target = "/wherry/http?topic=time";
        try (RawClient client = new RawClient(server.port())) {
            client.get(target).read();
            Response page = client.get(target, "Origin: http://localhost").read();
            assertThat(page.header("access-control-allow-origin")).isEqualTo("http://localhost");
            assertThat(client.get(target).read().headers()).doesNotContainKey("access-control-allow-origin");
            assertThat(client.request("HEAD", target).readHead().header("content-length"))
                    .isEqualTo("10006");
            assertThat(client.get(target, "Connection: close").read().header("connection"))
                    .isEqualTo("close");
            client.expectEnd();
        }
    }
}
