// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.testkit.Await;
import io.wherry.testkit.Fixture;
import io.wherry.testkit.Recorder;
import io.wherry.testkit.TestCertificate;
import io.wherry.testkit.proxy.TcpProxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients of event streams that share connections of HTTP/2. */
class Http2SseClientTest {

    private static final int CHANNELS = 5;

    @TempDir
    private static Path folder;

    private static @Nullable TestCertificate localhost;

    private final Fixture fixture = new Fixture(
            new SseTransport(), server -> URI.create("http://127.0.0.1:" + server.port() + "/wherry"), Map.of());

    @BeforeAll
    static void makeCertificate() {
        localhost = TestCertificate.in(folder);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private List<Recorder> open(Client client, URI uri) {
        List<Recorder> channels = new ArrayList<>();
        for (int i = 0; i < CHANNELS; i++) {
            channels.add(fixture.opened(client.connect(uri)));
        }
        return channels;
    }

    private static void ask(List<Recorder> channels) {
        List<CompletionStage<Message>> replies = channels.stream()
                .map(recorder -> recorder.channel().request("echo", Message.of("x")))
                .toList();
        replies.forEach(reply -> assertThat(Await.value(reply).text()).isEqualTo("x"));
    }

    /** What ALPN agrees on is used, and it shows in the number of connections. */
    @ParameterizedTest
    @CsvSource({"true, auto, true", "true, 2, true", "true, 1.1, false", "false, auto, false"})
    void shareAConnectionWhereTheServerOffersIt(boolean isOffered, String version, boolean isShared) {
        TestCertificate certificate = Objects.requireNonNull(localhost);
        Server server = fixture.server(
                "wherry.http.http2",
                Boolean.toString(isOffered),
                "wherry.tls.certificate",
                certificate.certificate().toString(),
                "wherry.tls.key",
                certificate.key().toString());
        server.onRequest("echo", (channel, request) -> request);
        server.start();
        try (TcpProxy proxy = TcpProxy.to(server.port())) {
            Client client = fixture.client(
                    "wherry.http.version",
                    version,
                    "wherry.tls.trust",
                    certificate.certificate().toString());
            ask(open(client, URI.create("https://localhost:" + proxy.port() + "/wherry")));
            if (isShared) {
                assertThat(proxy.accepted()).isOne();
            } else {
                assertThat(proxy.accepted()).isGreaterThan(CHANNELS);
            }
        }
    }

    /** A connection takes no more streams, again and again, while some are on their way to it. */
    @Test
    void loseNothingWhereTheirConnectionGoesAway() {
        long seed = Long.getLong("testkit.seed", System.nanoTime());
        System.out.println("-Dtestkit.seed=" + seed);
        Random random = new Random(seed);
        Queue<String> asked = new ConcurrentLinkedQueue<>();
        Server server = fixture.server("wherry.http.http2-streams", "8");
        server.topic("time");
        server.onRequest("ask", (channel, request) -> {
            asked.add(channel.id() + " " + request.text());
            return request;
        });
        server.start();
        int rounds = 40;
        try (GoingAwayProxy proxy = new GoingAwayProxy(server.port())) {
            List<Recorder> channels = open(fixture.client("wherry.http.version", "2"), proxy.uri());
            channels.forEach(channel ->
                    Await.value(channel.subscribe("time", Start.now()).subscribed()));
            for (int i = 0; i < rounds; i++) {
                proxy.goAway(1 + random.nextInt(3));
                String text = Integer.toString(i);
                List<CompletionStage<Message>> replies = channels.stream()
                        .map(recorder -> recorder.channel().request("ask", Message.of(text)))
                        .toList();
                Await.value(server.topic("time").publish(Message.of(text)));
                replies.forEach(reply -> assertThat(Await.value(reply).text()).isEqualTo(text));
            }
            List<String> all =
                    IntStream.range(0, rounds).mapToObj(Integer::toString).toList();
            for (Recorder recorder : channels) {
                Channel channel = recorder.channel();
                assertThat(recorder.takeTexts("time", rounds)).isEqualTo(all);
                assertThat(asked.stream()
                                .filter(one -> one.startsWith(channel.id() + " "))
                                .toList())
                        .isEqualTo(all.stream()
                                .map(text -> channel.id() + " " + text)
                                .toList());
                assertThat(recorder.takeStates()).isEmpty();
            }
            assertThat(proxy.accepted()).isGreaterThan(10);
        }
    }
}
