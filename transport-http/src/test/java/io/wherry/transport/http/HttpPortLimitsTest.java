// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.transport.http.RawClient.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the port refuses, and for how long it waits. */
final class HttpPortLimitsTest extends HttpPortFixture {

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
}
