// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import io.wherry.transport.http.RawClient.Response;
import java.security.Principal;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Whom the port lets in: principals, and the pages of other origins. */
final class HttpPortAccessTest extends HttpPortFixture {

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
}
