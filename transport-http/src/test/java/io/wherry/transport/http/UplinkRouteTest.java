// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.transport.http.RawClient.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The way up on a server that has other transports than {@code http}. */
final class UplinkRouteTest {

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void takesNothingButPostsOfChannels() {
        server.httpPort();
        try (RawClient client = server.bind().connect()) {
            Response get = client.get("/wherry/http?topic=t").read();
            assertThat(get.status()).isEqualTo(405);
            assertThat(get.header("Allow")).isEqualTo("OPTIONS, POST");

            Response publish = client.post("/wherry/http?topic=t", "x").read();
            assertThat(publish.status()).isEqualTo(400);
            assertThat(publish.body()).contains("needs the server's transport http");
        }
    }
}
