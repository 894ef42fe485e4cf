// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static io.wherry.testkit.proxy.HttpRequests.get;
import static io.wherry.testkit.proxy.HttpRequests.post;
import static io.wherry.testkit.proxy.HttpRequests.upgrades;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Client;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import io.wherry.testkit.proxy.HttpProxy;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the doctor says of paths on which something is wrong. */
@SuppressWarnings("NullAway.Init") // set before the tests
final class DoctorTest {

    private static Server server;

    private HttpProxy proxy;

    @BeforeAll
    static void start() {
        server = Wherry.server().port(0).set("wherry.host", "127.0.0.1").build().start();
        // The first connections of a process take long: what is slow then is not the path.
        try (Client client = Wherry.client().build()) {
            Await.value(client.probe(URI.create("http://127.0.0.1:" + server.port() + "/wherry")));
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void openProxy() {
        proxy = HttpProxy.to(server.port());
    }

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    private Run doctor() {
        return Run.of("doctor", "http://127.0.0.1:" + proxy.port() + "/wherry", "--timeout", "1200");
    }

    private static String row(Run run, String transport) {
        return run.out().stream()
                .filter(line -> line.startsWith(transport + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(transport + " is not in " + run.out()));
    }

    private static void assertWorks(Run run, String... transports) {
        for (String transport : List.of("websocket", "sse", "longpoll", "comet", "http")) {
            assertThat(row(run, transport))
                    .startsWith(String.format(
                            "%-10s %s", transport, List.of(transports).contains(transport) ? "yes" : "NO"));
        }
        assertThat(run.out()).contains("For this path: wherry.transports=" + String.join(",", transports));
        assertThat(run.status()).isZero();
    }

    @Test
    void allWorks() {
        Run run = doctor();

        assertWorks(run, "websocket", "sse", "longpoll", "comet", "http");
        assertThat(row(run, "sse")).matches("sse +yes +[0-9.]+ ms +[0-9.]+ ms");
        assertThat(run.out()).contains("No intermediary buffers: streams arrive as they are sent.");
        assertThat(run.out()).hasSize(9);
    }

    @Test
    void anUpgradeThatIsTakenOut() {
        proxy.when(upgrades()).stripUpgrade();

        Run run = doctor();

        assertWorks(run, "sse", "longpoll", "comet", "http");
        assertThat(row(run, "websocket")).contains("refused: ");
        assertThat(run.out()).anyMatch(line -> line.startsWith("WebSocket is blocked: "));
    }

    @Test
    void aWebSocketThatIsOpenedAndSwallowed() {
        proxy.when(upgrades()).silentUpgrade();

        Run run = doctor();

        assertWorks(run, "sse", "longpoll", "comet", "http");
        assertThat(row(run, "websocket")).contains("silent: ");
        assertThat(run.out()).anyMatch(line -> line.startsWith("WebSocket is opened and then swallowed: "));
    }

    @Test
    void streamsThatAreHeldBack() {
        proxy.when(get("/wherry/sse")).bufferResponse();
        proxy.when(get("/wherry/comet")).bufferResponse();

        Run run = doctor();

        assertWorks(run, "websocket", "longpoll", "http");
        assertThat(run.out())
                .anyMatch(line -> line.startsWith(
                        "An intermediary buffers: it holds the response of sse, comet back, while requests"));
    }

    @Test
    void postsThatAreSwallowed() {
        proxy.when(post("/wherry/http")).swallow();

        Run run = doctor();

        assertWorks(run, "websocket");
        assertThat(row(run, "longpoll")).contains("one way: the welcome came, but ");
        assertThat(run.out())
                .contains("What is sent to the server by POST is not answered: sse, longpoll, comet, http.");
    }

    @Test
    void nobodyAnswers() {
        proxy.silenceConnects();

        Run run = doctor();

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).anyMatch(line -> line.startsWith("Nothing works: nobody answers."));
    }

    @Test
    void noServer() {
        proxy.refuseConnects();

        Run run = doctor();

        assertThat(run.status()).isEqualTo(1);
        assertThat(row(run, "http")).contains("refused: ");
        assertThat(run.out()).contains("Nothing works: see the reasons above.");
    }

    @Test
    void theTransportsMayBeNamed() {
        Run run = Run.of("doctor", "http://127.0.0.1:" + server.port() + "/wherry", "--transport", "http,sse");

        assertThat(run.status()).isZero();
        assertThat(run.out()).hasSize(6).contains("For this path: wherry.transports=http,sse");
    }

    @Test
    void aPathThatIsNone() {
        Run run = Run.of("doctor", "nowhere");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).hasSize(1);
        assertThat(run.err().get(0)).contains("uri: nowhere");
    }
}
