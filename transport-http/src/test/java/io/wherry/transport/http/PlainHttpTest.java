// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client without a library gets from {@code /wherry/http}. */
final class PlainHttpTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private Server server;
    private Topic time;
    private CompletableFuture<Message> slow;

    @BeforeEach
    void start() {
        server = Wherry.server()
                .transports("http")
                .transport(HttpTransport.withContent(Map.of("/", WebContent.html("<p>the time"))))
                .set("wherry.host", "127.0.0.1")
                .set("wherry.limits.message", "1KiB")
                .set("wherry.http.reply-hold", "500ms")
                .port(0)
                .build();
        time = server.topic("time");
        server.topic("open", TopicOptions.defaults().clientPublish(true));
        server.topic("short", TopicOptions.defaults().maxCount(2));
        slow = new CompletableFuture<>();
        server.onRequest("slow", RequestHandler.async((channel, request) -> slow))
                .onRequest("now", (channel, request) -> Message.of("it is 12:00"))
                .onRequest("double", (channel, request) -> Message.wrap(request.format(), twice(request.bytes())))
                .onRequest("refuse", (channel, request) -> {
                    throw new WherryException(ErrorCode.FORBIDDEN, "not you");
                })
                .onRequest("bug", (channel, request) -> {
                    throw new IllegalStateException("a secret of the server");
                })
                .onMessage("echo", (channel, message) -> channel.send("echo", message))
                .onMessage("swallow", (channel, message) -> {})
                .onMessage("twice", (channel, message) -> {
                    channel.send("twice", message);
                    channel.send("twice", message);
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static byte[] twice(byte[] bytes) {
        byte[] twice = new byte[bytes.length * 2];
        System.arraycopy(bytes, 0, twice, 0, bytes.length);
        System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
        return twice;
    }

    private HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/wherry/http" + query));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private HttpResponse<String> get(String query, String... headers) {
        HttpRequest.Builder request = request(query);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<String> post(String query, String body, String... headers) {
        HttpRequest.Builder request = request(query).POST(BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private String publish(Topic topic, Message message) {
        return Await.value(topic.publish(message)).toString();
    }

    @Test
    void givesTheLatestMessage() {
        assertThat(get("?topic=time").statusCode()).isEqualTo(204);
        publish(time, Message.of("11:59"));
        String position = publish(time, Message.of("12:00 größer"));

        HttpResponse<String> latest = get("?topic=time");
        assertThat(latest.statusCode()).isEqualTo(200);
        assertThat(latest.body()).isEqualTo("12:00 größer");
        assertThat(header(latest, "Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(header(latest, "Wherry-Position")).isEqualTo(position);
        assertThat(header(latest, "ETag")).isEqualTo("\"" + position + "\"");
        assertThat(header(latest, "Cache-Control")).isEqualTo("no-cache");

        HttpResponse<String> same = get("?topic=time", "If-None-Match", header(latest, "ETag"));
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        publish(time, Message.of("12:01"));
        assertThat(get("?topic=time", "If-None-Match", header(latest, "ETag")).body())
                .isEqualTo("12:01");
    }

    @Test
    void givesTheLatestOfSeveralTopics() {
        publish(time, Message.of("12:00"));
        String newest = publish(
                server.topic("other"), Message.wrap(Format.JSON, "{\"a\": 1}".getBytes(StandardCharsets.UTF_8)));

        HttpResponse<String> json = get("?topic=time&topic=other&topic=open&format=json");
        assertThat(header(json, "Content-Type")).isEqualTo("application/json");
        assertThat(header(json, "Wherry-Position")).isEqualTo(newest);
        assertThat(json.body())
                .matches("\\[\\{\"topic\":\"time\",\"position\":\"[^\"]+\",\"data\":\"12:00\"},"
                        + "\\{\"topic\":\"other\",\"position\":\"[^\"]+\",\"data\":\\{\"a\": 1}}]");
        assertThat(get("?topic=time&topic=other").body()).isEqualTo("12:00\n{\"a\": 1}\n");
        assertThat(get("?topic=other").headers().firstValue("Content-Type")).hasValue("application/json");
    }

    @Test
    void givesWhatIsNewAfterAPosition() {
        String first = publish(time, Message.of("1"));
        publish(time, Message.of("2"));
        String last = publish(time, Message.of("3"));

        HttpResponse<String> news = get("?topic=time&after=" + first);
        assertThat(news.body()).isEqualTo("2\n3\n");
        assertThat(header(news, "Wherry-Position")).isEqualTo(last);
        assertThat(get("?topic=time&delimiter=--&after=" + first).body()).isEqualTo("2--3--");
        assertThat(get("?topic=time", "Last-Event-ID", first).body()).isEqualTo("2\n3\n");
        assertThat(get("?topic=time&last=1").body()).isEqualTo("3\n");

        HttpResponse<String> nothing = get("?topic=time&after=" + last);
        assertThat(nothing.statusCode()).isEqualTo(204);
        assertThat(header(nothing, "Wherry-Position")).isEqualTo(last);
        assertThat(get("?topic=time&after=" + last, "If-None-Match", header(news, "ETag"))
                        .statusCode())
                .isEqualTo(304);
    }

    @Test
    void knowsThatNothingIsNewThoughOtherTopicsMoveOn() {
        String last = publish(time, Message.of("1"));
        String other = publish(server.topic("other"), Message.of("x"));

        HttpResponse<String> same = get("?topic=time&after=" + last, "If-None-Match", "\"" + last + "\"");
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(header(same, "ETag")).isEqualTo("\"" + last + "\"");
        assertThat(header(same, "Wherry-Position")).isEqualTo(other);
        assertThat(get("?topic=time&after=" + last).statusCode()).isEqualTo(204);
    }

    @Test
    void givesNewsAsJson() {
        String first = publish(time, Message.of("1"));
        String second = publish(time, Message.of("two \"quoted\""));
        String third = publish(time, Message.of(new byte[] {1, 2, 3}));

        assertThat(get("?topic=time&format=json&after=" + first).body())
                .isEqualTo("[{\"topic\":\"time\",\"position\":\"" + second + "\",\"data\":\"two \\\"quoted\\\"\"},"
                        + "{\"topic\":\"time\",\"position\":\"" + third + "\",\"base64\":\"AQID\"}]");
    }

    @Test
    void tellsAGap() {
        Topic topic = server.topic("short");
        String first = publish(topic, Message.of("1"));
        String missing = publish(topic, Message.of("2"));
        publish(topic, Message.of("3"));
        String last = publish(topic, Message.of("4"));

        HttpResponse<String> raw = get("?topic=short&after=" + first);
        assertThat(raw.body()).isEqualTo("3\n4\n");
        assertThat(header(raw, "Wherry-Gap")).isEqualTo("short overrun " + missing);
        assertThat(header(raw, "Wherry-Position")).isEqualTo(last);
        assertThat(get("?topic=short&format=json&after=" + first).body())
                .startsWith("[{\"gap\":\"short\",\"reason\":\"overrun\",\"upTo\":\"" + missing
                        + "\"},{\"topic\":\"short\"");
    }

    @Test
    void tellsThatTheLogBeganAnew() {
        publish(time, Message.of("1"));
        HttpResponse<String> response = get("?topic=time&after=old-17");
        assertThat(response.body()).isEqualTo("1\n");
        assertThat(header(response, "Wherry-Gap")).isEqualTo("%2A epoch old-17".replace("%2A", "*"));
    }

    @Test
    void asksAHandler() {
        HttpResponse<String> reply = post("?to=now", "");
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("it is 12:00");
        assertThat(header(reply, "Content-Type")).isEqualTo("text/plain; charset=utf-8");

        HttpResponse<String> json = post("?to=double", "[1]", "Content-Type", "application/json");
        assertThat(json.body()).isEqualTo("[1][1]");
        assertThat(header(json, "Content-Type")).isEqualTo("application/json");
        assertThat(post("?to=double", "a=b&c", "Content-Type", "application/x-www-form-urlencoded")
                        .body())
                .isEqualTo("a=b&ca=b&c");
    }

    @Test
    void givesWhatAHandlerSendsBack() {
        assertThat(post("?to=echo", "hello", "Content-Type", "text/plain").body())
                .isEqualTo("hello");
        assertThat(post("?to=swallow", "hello").statusCode()).isEqualTo(204);
        assertThat(post("?to=twice", "x", "Content-Type", "text/plain").body()).isEqualTo("x\nx\n");
        assertThat(post("?to=twice&format=json", "x", "Content-Type", "text/plain")
                        .body())
                .isEqualTo("[{\"topic\":\"twice\",\"data\":\"x\"},{\"topic\":\"twice\",\"data\":\"x\"}]");
    }

    @Test
    void publishes() {
        HttpResponse<String> published = post("?topic=open", "news", "Content-Type", "text/plain");
        assertThat(published.statusCode()).isEqualTo(204);
        HttpResponse<String> latest = get("?topic=open");
        assertThat(latest.body()).isEqualTo("news");
        assertThat(header(latest, "Wherry-Position")).isEqualTo(header(published, "Wherry-Position"));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, '', 400, bad-request, topic",
        "GET, '?topic=tine', 404, unknown-topic, tine",
        "GET, '?topic=time&after=x', 400, bad-request, after",
        "GET, '?topic=time&after=', 400, bad-request, after",
        "GET, '?topic=tine&after=k-1', 404, unknown-topic, tine",
        "GET, '?topic=time&format=xml', 400, bad-request, format",
        "GET, '?protocol=wherry.v9', 400, bad-request, wherry.v1",
        "GET, '?channel=none&after=k-1', 410, unknown-channel, none",
        "POST, '', 400, bad-request, to=HANDLER",
        "POST, '?to=nobody', 404, unknown-handler, nobody",
        "POST, '?to=refuse', 403, forbidden, not you",
        "POST, '?topic=time', 403, forbidden, time",
        "POST, '?topic=tine', 404, unknown-topic, tine",
        "POST, '?topic=open&topic=time', 400, bad-request, topic=NAME",
        "POST, '?channel=none', 410, unknown-channel, none",
        "PUT, '?topic=open', 405, method-not-allowed, POST",
    })
    void saysWhatToChange(String method, String query, int status, String code, String detail) {
        HttpResponse<String> response = send(request(query).method(method, BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.body()).contains("\"code\":\"" + code + "\"").contains(detail);
    }

    @Test
    void keepsTheSecretsOfAHandlerThatFails() {
        HttpResponse<String> response = post("?to=bug", "");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("\"code\":\"internal\"").doesNotContain("secret");
    }

    @Test
    void refusesABodyThatIsNotWhatItSays() {
        HttpRequest.Builder request = request("?to=echo")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xc3, 0x28}));
        assertThat(send(request).statusCode()).isEqualTo(400);
        assertThat(post("?to=echo", "x".repeat(1025)).statusCode()).isEqualTo(413);
        assertThat(post("?channel=x", "no batch at all").statusCode()).isEqualTo(400);
    }

    @Test
    void answersForHead() {
        publish(time, Message.of("12:00"));
        HttpResponse<String> head = send(request("?topic=time").method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Content-Length")).isEqualTo("5");
        assertThat(header(head, "ETag")).isNotEmpty();
    }

    @Test
    void servesAPageBesideIt() {
        HttpResponse<String> page = send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")));
        assertThat(page.body()).isEqualTo("<p>the time");
    }

    /** The tests have a script of their own where {@code wherry-client-js} has the client. */
    @Test
    void servesTheJavaScriptClient() {
        URI script = URI.create("http://127.0.0.1:" + server.port() + "/wherry/client.js");
        HttpResponse<String> first = send(HttpRequest.newBuilder(script));
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isEqualTo("globalThis.Wherry = 'größer';\n");
        assertThat(header(first, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(header(first, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(first, "Cache-Control")).isEqualTo("no-cache");

        HttpResponse<String> again =
                send(HttpRequest.newBuilder(script).header("If-None-Match", header(first, "ETag")));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();

        HttpResponse<String> map = send(HttpRequest.newBuilder(script.resolve("client.js.map")));
        assertThat(map.statusCode()).as("what is not on the class path").isEqualTo(404);
        assertThat(map.body()).contains("/wherry/client.js").contains("/wherry/http");
    }

    /** A channel by hand, as the protocol's page describes it. */
    @Test
    void carriesAChannelByHand() {
        HttpResponse<String> opened = get("?protocol=wherry.v1&topic=time");
        assertThat(opened.statusCode()).isEqualTo(200);
        assertThat(header(opened, "Content-Type")).isEqualTo("application/vnd.wherry.v1");
        String[] welcome = opened.body().split("[ \n]", -1);
        assertThat(welcome[0]).isEqualTo("w");
        assertThat(welcome[5]).isEqualTo("new");
        String position = welcome[1];
        String channel = "?channel=" + welcome[4];

        assertThat(get(channel + "&after=" + position).statusCode()).isEqualTo(204);
        publish(time, Message.of("12:00"));
        assertThat(get(channel + "&after=" + position).body()).endsWith(" 5 text time\n12:00\n");
        assertThat(get(channel + "&after=" + position).body()).endsWith(" 5 text time\n12:00\n");

        assertThat(post(channel, "d 1 2 text swallow\nhi\n").body()).isEqualTo("a - 0 - 1\n\n");
        List<String> answer = post(channel + "&after=" + position, "q 2 0 - now\n\n")
                .body()
                .lines()
                .toList();
        assertThat(answer).contains("a - 0 - 2", "it is 12:00");
        assertThat(answer).anyMatch(line -> line.matches("r \\S+ 11 text 2"));
        assertThat(post(channel, "x - 0 - -\n\n").statusCode()).isEqualTo(200);
        assertThat(get(channel + "&after=" + position).statusCode()).isEqualTo(410);
    }

    /** The reply to a slow request by hand: the first POST gives up waiting for it, and an empty one waits on. */
    @Test
    void holdsAPostForTheRepliesThatAreWanted() throws Exception {
        String[] welcome = get("?protocol=wherry.v1&topic=time").body().split("[ \n]", -1);
        String channel = "?channel=" + welcome[4] + "&after=" + welcome[1];

        assertThat(post(channel, "q 1 0 - slow\n\n").body()).isEqualTo("a - 0 - 1\n\n");
        CompletableFuture<HttpResponse<String>> second =
                http.sendAsync(request(channel).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        slow.complete(Message.of("at last"));
        assertThat(second.get(10, TimeUnit.SECONDS).body())
                .contains("a - 0 - 1\n\n")
                .containsPattern("r \\S+ 7 text 1\nat last\n");
    }

    @Test
    void letsNewsWaitForRepliesOnlyForAMoment() throws Exception {
        String[] welcome = get("?protocol=wherry.v1&topic=time").body().split("[ \n]", -1);
        String channel = "?channel=" + welcome[4] + "&after=" + welcome[1];
        publish(time, Message.of("12:00"));

        HttpResponse<String> answer = post(channel, "q 1 0 - slow\n\nq 2 0 - now\n\n");
        assertThat(answer.body())
                .contains("text time\n12:00\n", "it is 12:00\n")
                .contains("a - 0 - 2\n\n");
    }

    @Test
    void answersAPollThatAnotherOvertakes() {
        HttpResponse<String> opened = get("?protocol=wherry.v1&topic=time");
        String[] welcome = opened.body().split("[ \n]", -1);
        HttpResponse<String> again = get("?protocol=wherry.v1&channel=" + welcome[4] + "&after=" + welcome[1]);
        assertThat(again.body()).startsWith("w " + welcome[1]).contains(" resumed\n");
    }

    /** While the server stops, what was asked before is answered, and what is asked now is told when to come back. */
    @Test
    void answersWhatWasAskedBeforeItStops() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        server.onRequest("slow", RequestHandler.async((channel, request) -> {
            asked.countDown();
            return slow;
        }));
        CompletableFuture<HttpResponse<String>> before =
                http.sendAsync(request("?to=slow").POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        assertThat(asked.await(15, TimeUnit.SECONDS)).isTrue();

        CompletionStage<Void> closed = server.closeAsync(Duration.ofSeconds(12));

        for (String query : List.of("?topic=time", "?topic=time&after=x-0", "?protocol=wherry.v1")) {
            HttpResponse<String> refused = get(query);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValueAsLong("retry-after").orElseThrow())
                    .isBetween(1L, 13L);
            assertThat(refused.body()).contains("\"code\":\"unavailable\"");
        }
        HttpResponse<String> notPublished = send(request("?topic=open").POST(BodyPublishers.ofString("late")));
        assertThat(notPublished.statusCode()).isEqualTo(503);
        assertThat(closed.toCompletableFuture()).isNotDone();
        slow.complete(Message.of("at last"));
        assertThat(before.get(15, TimeUnit.SECONDS).body()).isEqualTo("at last");
        assertThat(closed).succeedsWithin(Duration.ofSeconds(12));
    }

    /** The handler runs before the route has got its answer's stage: the server must know of it by then. */
    @Test
    void waitsForWhatIsAskedJustWhenItStops() throws Exception {
        try (Server onLoop = Wherry.server()
                .transports("http")
                .set("wherry.host", "127.0.0.1")
                .set("wherry.callbacks", "loop")
                .port(0)
                .build()) {
            CompletableFuture<CompletionStage<Void>> closed = new CompletableFuture<>();
            onLoop.onRequest("stop", RequestHandler.async((channel, request) -> {
                closed.complete(onLoop.closeAsync(Duration.ofSeconds(12)));
                return slow;
            }));
            onLoop.start();
            URI uri = URI.create("http://127.0.0.1:" + onLoop.port() + "/wherry/http");
            CompletableFuture<HttpResponse<String>> asked = http.sendAsync(
                    HttpRequest.newBuilder(URI.create(uri + "?to=stop"))
                            .POST(BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            CompletionStage<Void> stopped = Await.value(closed);

            assertThat(send(HttpRequest.newBuilder(URI.create(uri + "?topic=time")))
                            .statusCode())
                    .as("the port is open while an answer is due")
                    .isEqualTo(503);
            slow.complete(Message.of("at last"));
            assertThat(Await.value(asked).body()).isEqualTo("at last");
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(12));
        }
    }

    @Test
    void callsHandlersOnTheLoopWhereThatIsConfigured() throws Exception {
        try (Server onLoop = Wherry.server()
                .transports("http")
                .set("wherry.host", "127.0.0.1")
                .set("wherry.callbacks", "loop")
                .set("wherry.loops", "1")
                .port(0)
                .build()) {
            onLoop.onRequest(
                    "where",
                    (channel, request) -> Message.of(Thread.currentThread().getName()));
            onLoop.start();
            String first = ask(onLoop, "where");
            assertThat(first).doesNotContain("callback").isNotEmpty();
            assertThat(ask(onLoop, "where")).as("the one loop").isEqualTo(first);
        }
    }

    private String ask(Server asked, String name) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + asked.port() + "/wherry/http?to=" + name);
        HttpRequest post = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.noBody())
                .build();
        return http.send(post, BodyHandlers.ofString()).body();
    }
}
