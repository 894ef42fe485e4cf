// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Wherry;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The web page is served, and what its panels ask for is there. */
final class WebPageTest {

    private static final Pattern SECTION = Pattern.compile("<section id=\"([a-z]+)\"");
    private static final Pattern ENDPOINT = Pattern.compile("/wherry/[a-z]+\\?[a-z=&]+");
    private static final Pattern PART = Pattern.compile("(?:src|href)=\"(/time/[^\"]+)\"");
    private static final Pattern IMPORT = Pattern.compile("from \"\\./([a-z]+\\.js)\"");
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z";

    private static TimePush server;
    private static HttpClient http;

    @BeforeAll
    static void start() {
        server = TimePush.start(Wherry.server().port(0).set("wherry.host", "localhost"), Duration.ofMillis(50));
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void thePageIsAtTheRoot() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
        assertThat(page.body()).contains("The server time is: ");
        assertThat(SECTION.matcher(page.body()).results().map(found -> found.group(1)))
                .containsExactly("poll", "longpoll", "sse", "websocket", "comet", "client");
    }

    @Test
    void thePolicyAllowsWhatThePageHasAndNothingElse() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.body())
                .doesNotContainPattern("<script(?![^>]* src=)")
                .doesNotContainPattern("<style| style=| on[a-z]+=");
    }

    @Test
    void itsPartsAreThereAndNameNoOtherSite() throws Exception {
        String page = get("/").body();
        List<String> paths = new ArrayList<>(parts());
        PART.matcher(page).results().map(found -> found.group(1)).forEach(paths::add);

        assertThat(paths).hasSizeGreaterThan(10);
        assertThat(page).doesNotContainPattern("(?i)(src|href)=\"(?!/)").doesNotContain("://");
        for (String path : paths) {
            HttpResponse<String> part = get(path);
            assertThat(part.statusCode()).as(path).isEqualTo(200);
            assertThat(part.headers().firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(part.headers().firstValue("cache-control")).hasValue("no-cache");
            assertThat(part.body().replace("http://www.w3.org/2000/svg", ""))
                    .as(path)
                    .doesNotContain("://");
        }
    }

    @Test
    void panelsAskForWhatThereIs() throws Exception {
        List<String> asked = new ArrayList<>();
        for (String part : parts()) {
            ENDPOINT.matcher(get(part).body()).results().map(MatchResult::group).forEach(asked::add);
        }

        assertThat(asked)
                .contains(
                        "/wherry/http?topic=time&format=json",
                        "/wherry/longpoll?topic=time&format=json",
                        "/wherry/sse?topic=time",
                        "/wherry/websocket?topic=time&to=echo&format=json",
                        "/wherry/comet?topic=time&format=json",
                        "/wherry/http?to=echo");
    }

    /** The scripts that the page's own one is made of. */
    private static List<String> parts() throws Exception {
        return IMPORT.matcher(get("/time/page.js").body())
                .results()
                .map(found -> "/time/" + found.group(1))
                .toList();
    }

    @Test
    void asking() throws Exception {
        HttpResponse<String> answer = get("/wherry/http?topic=time");

        assertThat(answer.body()).matches(TIME);
        assertThat(position(answer)).isNotEmpty();
    }

    @Test
    void polling() throws Exception {
        String after = position(get("/wherry/http?topic=time"));
        HttpResponse<String> next = get("/wherry/longpoll?topic=time&after=" + after);
        HttpResponse<String> again = get("/wherry/http?topic=time&after=" + after);

        assertThat(next.body()).matches("(" + TIME + "\n)+");
        assertThat(again.body()).startsWith(next.body());
        assertThat(position(next)).isNotEqualTo(after);
    }

    @Test
    void aPositionOfALogThatIsGoneIsAGap() throws Exception {
        HttpResponse<String> answer = get("/wherry/http?topic=time&after=gone-7");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Wherry-Gap").orElseThrow()).contains("epoch gone-7");
    }

    @Test
    void streaming() throws Exception {
        String after = position(get("/wherry/http?topic=time"));
        try (InputStream stream = stream("/wherry/sse?topic=time&after=" + after)) {
            assertThat(read(stream, 3, "\n\n")).containsPattern("id: ?\\S+\ndata: ?" + TIME + "\n");
        }
    }

    @Test
    void comet() throws Exception {
        String after = position(get("/wherry/http?topic=time"));
        try (InputStream stream = stream("/wherry/comet?topic=time&format=json&after=" + after)) {
            assertThat(read(stream, 2, "\n"))
                    .matches("(\\{\"topic\":\"time\",\"position\":\"[^\"]+\",\"data\":\"" + TIME + "\"}\n){2}");
        }
    }

    @Test
    void webSocket() throws Exception {
        CompletableFuture<String> message = new CompletableFuture<>();
        WebSocket socket = http.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://localhost:" + server.port() + "/wherry/websocket?topic=time&format=json"),
                        new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket webSocket, CharSequence text, boolean last) {
                                message.complete(text.toString());
                                return CompletableFuture.completedStage(null);
                            }
                        })
                .get();

        assertThat(message)
                .succeedsWithin(Duration.ofSeconds(10))
                .asString()
                .matches("\\{\"topic\":\"time\",\"position\":\"[^\"]+\",\"data\":\"" + TIME + "\"}");
        socket.abort();
    }

    @Test
    void nowAndEchoAnswerAPost() throws Exception {
        HttpResponse<String> now = http.send(
                HttpRequest.newBuilder(uri("/wherry/http?to=now"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        HttpResponse<String> echo = http.send(
                HttpRequest.newBuilder(uri("/wherry/http?to=echo"))
                        .header("Content-Type", "text/plain")
                        .POST(HttpRequest.BodyPublishers.ofString("Grüße"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(Instant.parse(now.body()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(echo.body()).isEqualTo("Grüße");
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private static InputStream stream(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofInputStream())
                .body();
    }

    private static URI uri(String path) {
        return URI.create("http://localhost:" + server.port() + path);
    }

    private static String position(HttpResponse<?> answer) {
        return answer.headers().firstValue("Wherry-Position").orElseThrow();
    }

    /** Reads until a mark has come a number of times. */
    private static String read(InputStream stream, int times, String mark) throws IOException {
        StringBuilder text = new StringBuilder();
        int left = times;
        while (left > 0) {
            int next = stream.read();
            if (next < 0) {
                throw new AssertionError("ended after: " + text);
            }
            text.append((char) next);
            if (text.length() >= mark.length()
                    && text.substring(text.length() - mark.length()).equals(mark)) {
                left--;
            }
        }
        return text.toString();
    }
}
