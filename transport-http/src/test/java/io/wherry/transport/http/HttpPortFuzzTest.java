// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Requests with random faults harm nobody but their sender. */
final class HttpPortFuzzTest {

    private static final String[] REQUESTS = {
        "GET /wherry/echo?topic=a&after=k-1 HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n\r\n",
        "POST /wherry/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /wherry/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n",
        "HEAD /wherry/echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "OPTIONS /wherry/echo HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: POST\r\n\r\n",
        "POST /wherry/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
    };

    @Test
    void survivesFaults() {
        long seed = System.nanoTime();
        System.out.println("HttpPortFuzzTest seed: " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (TestServer server = new TestServer("wherry.limits.header", "1KiB", "wherry.limits.handshake-time", "1s")
                .route(
                        "echo",
                        exchange -> exchange.respond(
                                io.netty.handler.codec.http.HttpResponseStatus.OK,
                                HttpExchange.newHeaders("text/plain"),
                                exchange.body()))
                .bind()) {
            for (int i = 0; i < 300; i++) {
                try (RawClient client = server.connect()) {
                    byte[] bytes = faulty(random);
                    int split = random.nextInt(bytes.length + 1);
                    client.sendBytes(java.util.Arrays.copyOf(bytes, split));
                    client.sendBytes(java.util.Arrays.copyOfRange(bytes, split, bytes.length));
                } catch (java.io.UncheckedIOException e) {
                    // The server has had enough of it.
                }
            }
            try (RawClient client = server.connect()) {
                assertThat(client.post("/wherry/echo", "alive").read().body()).isEqualTo("alive");
            }
        }
    }

    private static byte[] faulty(SplittableRandom random) {
        StringBuilder bytes = new StringBuilder();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            bytes.append(REQUESTS[random.nextInt(REQUESTS.length)]);
        }
        for (int i = random.nextInt(0, 4); i > 0; i--) {
            int at = random.nextInt(bytes.length());
            switch (random.nextInt(3)) {
                case 0 -> bytes.setCharAt(at, (char) random.nextInt(256));
                case 1 -> bytes.delete(at, Math.min(bytes.length(), at + random.nextInt(20)));
                default -> bytes.insert(at, bytes.substring(0, random.nextInt(bytes.length())));
            }
            if (bytes.length() == 0) {
                bytes.append('x');
            }
        }
        return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
