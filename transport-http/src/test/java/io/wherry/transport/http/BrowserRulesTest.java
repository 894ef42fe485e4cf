// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.WherryException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Principal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What pages may do, of this server and of other sites, and what their cookies and tickets are worth ({@code docs/browsers.md}). */
@Timeout(60)
final class BrowserRulesTest {

    private static final String TIME = "/wherry/http?topic=time";

    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Server server;

    @AfterEach
    void stop() {
        running().close();
    }

    private void start(String... settings) {
        var builder = Wherry.server()
                .transports("http")
                .set("wherry.host", "127.0.0.1")
                .port(0);
        for (int i = 0; i < settings.length; i += 2) {
            builder.set(settings[i], settings[i + 1]);
        }
        server = builder.authenticator(handshake -> {
                    boolean isAda = "session=ada".equals(handshake.header("cookie"))
                            || "Bearer ada".equals(handshake.header("authorization"));
                    if (!isAda) {
                        throw new WherryException(ErrorCode.UNAUTHORIZED, "who (expected: ada)");
                    }
                    return (Principal) () -> "ada";
                })
                .build();
        running().topic("time").publish(Message.of("12:00"));
        running().start();
    }

    private Server running() {
        return Objects.requireNonNull(server, "server");
    }

    private HttpResponse<String> send(String method, String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + running().port() + path))
                .method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void aCookieSaysNothingOnThePageOfASiteThatIsNotNamed() throws Exception {
        start("wherry.http.allowed-origins", "*, https://a.example");

        assertThat(send("GET", TIME, "Cookie", "session=ada").statusCode()).isEqualTo(200);
        HttpResponse<String> named = send("GET", TIME, "Cookie", "session=ada", "Origin", "https://a.example");
        assertThat(named.statusCode()).isEqualTo(200);
        assertThat(named.headers().firstValue("access-control-allow-credentials"))
                .hasValue("true");
        assertThat(send("GET", TIME, "Cookie", "session=ada", "Origin", "https://evil.example")
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> token = send("GET", TIME, "Authorization", "Bearer ada", "Origin", "https://b.example");
        assertThat(token.statusCode()).isEqualTo(200);
        assertThat(token.headers().firstValue("access-control-allow-credentials"))
                .isEmpty();
    }

    @Test
    void credentialsOfOtherSitesCanBeTurnedOff() throws Exception {
        start("wherry.http.allowed-origins", "https://a.example", "wherry.http.allowed-credentials", "false");

        assertThat(send("GET", TIME, "Cookie", "session=ada", "Origin", "https://a.example")
                        .statusCode())
                .isEqualTo(401);
        HttpResponse<String> token = send("GET", TIME, "Authorization", "Bearer ada", "Origin", "https://a.example");
        assertThat(token.headers().firstValue("access-control-allow-origin")).hasValue("https://a.example");
        assertThat(token.headers().firstValue("access-control-allow-credentials"))
                .isEmpty();
    }

    @Test
    void whatAnotherSiteLoadsAsAnImageIsRefused() throws Exception {
        start();
        String[] image = {"Cookie", "session=ada", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"};

        assertThat(send("GET", TIME, image).statusCode()).isEqualTo(403);
        assertThat(send("GET", "/wherry/client.js", image).statusCode()).isNotEqualTo(403);
        assertThat(send("GET", TIME, "Cookie", "session=ada", "Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aTicketLetsInOnceWhoCannotSendHeaders() throws Exception {
        start("wherry.http.tickets", "true");

        assertThat(send("POST", "/wherry/ticket").statusCode()).isEqualTo(401);
        HttpResponse<String> ticket = send("POST", "/wherry/ticket", "Authorization", "Bearer ada");
        assertThat(ticket.statusCode()).isEqualTo(200);
        assertThat(ticket.headers().firstValue("cache-control")).hasValue("no-store");
        String path = TIME + "&ticket=" + ticket.body();
        assertThat(send("GET", path).body()).isEqualTo("12:00");
        assertThat(send("GET", path).statusCode()).isEqualTo(401);
        assertThat(send("GET", TIME + "&ticket=guess", "Authorization", "Bearer ada")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aTicketIsNoCredentialForAPost() throws Exception {
        start("wherry.http.tickets", "true");
        String ticket =
                send("POST", "/wherry/ticket", "Authorization", "Bearer ada").body();

        assertThat(send("POST", "/wherry/http?to=echo&ticket=" + ticket).statusCode())
                .isEqualTo(401);
        assertThat(send("POST", "/wherry/ticket?ticket=" + ticket).statusCode()).isEqualTo(401);
        assertThat(send("GET", TIME + "&ticket=" + ticket).statusCode()).isEqualTo(200);
    }

    @Test
    void thereAreNoTicketsByDefault() throws Exception {
        start();
        assertThat(send("POST", "/wherry/ticket", "Authorization", "Bearer ada").statusCode())
                .isEqualTo(404);
    }
}
