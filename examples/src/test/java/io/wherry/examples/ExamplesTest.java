// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Server;
import io.wherry.Wherry;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExamplesTest {

    @AfterEach
    void forgetTransports() {
        System.clearProperty("wherry.transports");
    }

    @Test
    void requestReply() {
        Run run = Run.of("request-reply");

        assertThat(run.out())
                .containsExactly(
                        "The capital of Norway is Oslo",
                        "WherryException[bad-request]: country: Atlantis (expected: Norway)");
        assertThat(run.status()).isZero();
    }

    @Test
    void directMessage() {
        Run run = Run.of("direct-message");

        assertThat(run.out()).containsExactlyInAnyOrder("Ann reads: Only for Ann", "Bob reads: Only for Bob");
        assertThat(run.status()).isZero();
    }

    @Test
    void history() {
        Run run = Run.of("history");

        assertThat(run.out())
                .containsExactly(
                        "The news of 3 o'clock",
                        "The news of 4 o'clock",
                        "The news of 5 o'clock",
                        "The news of 6 o'clock");
        assertThat(run.status()).isZero();
    }

    @Test
    void typedJson() {
        Run run = Run.of("typed-json");

        assertThat(run.out())
                .containsExactly(
                        "On the wire: {\"order\":{\"item\":\"oars\",\"count\":2},\"total\":5.00}",
                        "As an object: Invoice[order=Order[item=oars, count=2], total=5.00]");
        assertThat(run.status()).isZero();
    }

    @Test
    void tls() {
        Run run = Run.of("tls");

        assertThat(run.out()).containsExactly("Nobody else heard: the tide turns at six");
        assertThat(run.status()).isZero();
    }

    @Test
    void chat() {
        try (Server server = Chat.host(Wherry.server().port(0).set("wherry.host", "localhost"))) {
            URI url = URI.create("http://localhost:" + server.port() + "/wherry");

            Run ann = Run.typing("Hello\nIs anybody here?\n", () -> {
                Chat.main("Ann", url.toString());
                return 0;
            });
            Run bob = Run.typing("I am.\n", () -> {
                Chat.main("Bob", url.toString());
                return 0;
            });

            assertThat(ann.err()).isEmpty();
            // Ann's listener may print a last line while Bob begins: a channel's close does not wait for callbacks.
            assertThat(bob.out()).containsSubsequence("Ann: Hello", "Ann: Is anybody here?");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "longpoll", "sse", "websocket", "comet", "local"})
    void anyTransportWillDo(String transport) {
        System.setProperty("wherry.transports", transport);

        assertThat(Run.of("request-reply").out()).hasSize(2);
    }
}
