// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Expiring;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each request shows who asks, also those of a channel that is open. */
@Timeout(60)
class AuthenticatedRequestsTest {

    private final Set<String> valid = ConcurrentHashMap.newKeySet();
    private final HttpClient http = HttpClient.newHttpClient();
    private Server server;

    private record Ended(String getName, Instant expiresAt) implements Principal, Expiring {}

    @BeforeEach
    void start() {
        valid.add("Bearer ada");
        server = Wherry.server()
                .transports("http")
                .set("wherry.host", "127.0.0.1")
                .port(0)
                .authenticator(handshake -> {
                    String token = String.valueOf(handshake.header("authorization"));
                    if (token.equals("Bearer late")) {
                        return new Ended("late", Instant.now().minusSeconds(1));
                    }
                    if (!valid.contains(token)) {
                        throw new WherryException(ErrorCode.UNAUTHORIZED, "authorization: (expected: a token)");
                    }
                    return (Principal) () -> "never the same";
                })
                .authorizer((who, action, name) -> !name.equals("secret"))
                .build();
        server.topic("time").publish(Message.of("12:00"));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> send(String method, String query, String token, BodyPublisher body) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/wherry/http" + query))
                            .header("Authorization", token)
                            .method(method, body)
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private int status(String method, String query, String token) {
        return send(method, query, token, BodyPublishers.noBody()).statusCode();
    }

    @Test
    void refusesEachRequestWithoutCredentials() {
        assertThat(status("GET", "?protocol=wherry.v1", "Bearer ada")).isEqualTo(200);
        Channel channel = server.channels().iterator().next();
        valid.clear();

        for (String query : List.of(
                "?topic=time",
                "?topic=time&after=x-0",
                "?protocol=wherry.v1",
                "?channel=" + channel.id() + "&after=" + "x-0",
                "?to=echo")) {
            assertThat(status("GET", query, "Bearer ada")).isEqualTo(401);
            assertThat(status("POST", query, "Bearer ada")).isEqualTo(401);
        }
        assertThat(send("POST", "?channel=" + channel.id(), "Bearer ada", BodyPublishers.ofString("x - 0 - -\n\n"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(server.channels()).containsExactly(channel);
    }

    @Test
    void refusesCredentialsThatHaveExpired() {
        assertThat(status("GET", "?topic=time", "Bearer late")).isEqualTo(401);
        assertThat(status("GET", "?topic=time", "Bearer ada")).isEqualTo(200);
    }

    /** A principal that is not equal to itself the next time has a channel for one request. */
    @Test
    void takesAnotherPrincipalForAStranger() {
        assertThat(status("GET", "?protocol=wherry.v1", "Bearer ada")).isEqualTo(200);
        Channel channel = server.channels().iterator().next();

        assertThat(status("GET", "?channel=" + channel.id() + "&after=x-0", "Bearer ada"))
                .isEqualTo(410);
    }

    /** A poll that has it all is answered without a reader; who asks matters all the same. */
    @Test
    void asksWhoPollsWhereNothingIsNew() {
        Position last = Await.value(server.topic("time").publish(Message.of("12:01")));
        server.topic("secret");
        String poll = "?topic=time&after=" + last;
        assertThat(status("GET", poll, "Bearer ada")).isEqualTo(204);
        assertThat(status("GET", poll, "Bearer eve")).isEqualTo(401);
        assertThat(status("GET", poll + "&topic=secret", "Bearer ada")).isEqualTo(403);
        assertThat(status("GET", poll + "&topic=none", "Bearer ada")).isEqualTo(404);
        String future = new Position(last.epoch(), last.sequence() + 1, 0).toString();
        assertThat(status("GET", "?topic=time&after=" + future, "Bearer ada")).isEqualTo(400);
    }
}
