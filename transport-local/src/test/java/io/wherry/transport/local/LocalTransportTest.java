// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import java.net.URI;
import org.junit.jupiter.api.Test;

class LocalTransportTest {

    private static Server server(String name) {
        return Wherry.server()
                .transports("local")
                .set(LocalTransport.NAME, name)
                .build()
                .onRequest("name", (channel, message) -> Message.of(name));
    }

    private static String ask(Client client, String uri) {
        try (Channel channel = client.connect(URI.create(uri))) {
            return Await.value(channel.request("name", Message.empty())).text();
        }
    }

    @Test
    void findsServersByTheirNames() {
        try (Server one = server("one").start();
                Server other = server("other").start();
                Client client = Wherry.client().transports("local").build()) {
            assertThat(ask(client, "local://one")).isEqualTo("one");
            assertThat(ask(client, "local://other")).isEqualTo("other");
            assertThat(one.port()).isEqualTo(other.port()).isEqualTo(-1);
        }
    }

    @Test
    void takesTheConfiguredNameForOtherUris() {
        try (Server server = server("configured").start();
                Client client = Wherry.client()
                        .transports("local")
                        .set(LocalTransport.NAME, "configured")
                        .build()) {
            assertThat(ask(client, "http://localhost:8080/wherry")).isEqualTo("configured");
            while (!server.channels().isEmpty()) {
                Thread.onSpinWait(); // the server hears of the end after the client's
            }
        }
    }

    @Test
    void refusesANameThatIsTakenUntilItIsFree() {
        Server second = server("taken");
        try (Server first = server("taken").start()) {
            assertThatThrownBy(second::start)
                    .isInstanceOfSatisfying(
                            WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                    .hasMessage("wherry.local.name: taken (expected: a name under which no server is bound now)");
            assertThat(first.channels()).isEmpty();
        }
        second.close();
        try (Server third = server("taken").start();
                Client client = Wherry.client().transports("local").build()) {
            assertThat(ask(client, "local://taken")).isEqualTo("taken");
            assertThat(third.topic("topic").readers()).isZero();
        }
    }
}
