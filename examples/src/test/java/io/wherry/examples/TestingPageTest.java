// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static io.wherry.testkit.proxy.HttpRequests.get;
import static io.wherry.testkit.proxy.HttpRequests.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import io.wherry.testkit.CuttableTransport;
import io.wherry.testkit.Recorder;
import io.wherry.testkit.proxy.Direction;
import io.wherry.testkit.proxy.Fault;
import io.wherry.testkit.proxy.HttpProxy;
import io.wherry.transport.local.LocalTransport;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code docs/testing.md} shows, as it stands there. */
@Timeout(30)
final class TestingPageTest {

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyMessageComesOnceThoughTheConnectionIsCut() {
        try (Server server = Wherry.server().port(0).transports("sse").build();
                Client client = Wherry.client().transports("sse").build()) {
            Topic time = server.topic("time");
            server.start();
            try (HttpProxy proxy = HttpProxy.to(server.port())) {
                Recorder recorder = new Recorder(client.connect(proxy.front(URI.create("http://127.0.0.1/wherry"))));
                Await.value(recorder.subscribe("time", Start.now()).subscribed());

                time.publish(Message.of("one"));
                proxy.cut();
                time.publish(Message.of("two"));

                assertThat(recorder.takeTexts("time", 2)).containsExactly("one", "two");
                recorder.assertNothingLeft();
            }
        }
    }

    @Test
    void anOrderIsBookedOnceThoughItsAnswerIsLost() {
        try (Server server = Wherry.server().port(0).transports("longpoll").build();
                Client client = Wherry.client().transports("longpoll").build()) {
            Recorder[] booked = new Recorder[1];
            server.onOpen(channel -> booked[0] = new Recorder(channel).handle("book"))
                    .start();
            try (HttpProxy proxy = HttpProxy.to(server.port())) {
                Fault lost = proxy.when(post("/wherry/http")).once().loseAnswer();
                Channel channel = client.connect(proxy.front(URI.create("http://127.0.0.1/wherry")));

                Await.value(channel.send("book", Message.of("room 7")));

                assertThat(lost.strikes()).isEqualTo(1);
                assertThat(booked[0].takeTexts("book", 1)).containsExactly("room 7");
                booked[0].assertNothingLeft();
            }
        }
    }

    @Test
    void aBufferedStreamIsLeftForLongPolling() {
        try (Server server = Wherry.server().port(0).build();
                Client client = Wherry.client()
                        .transports("sse", "longpoll")
                        .set("wherry.connect-timeout", "500ms")
                        .build()) {
            server.onRequest("echo", (channel, message) -> message).start();
            try (HttpProxy proxy = HttpProxy.to(server.port())) {
                Fault buffered = proxy.when(get("/wherry/sse")).bufferResponse();
                proxy.delay(Direction.DOWN, Duration.ofMillis(20));
                Channel channel = client.connect(proxy.front(URI.create("http://127.0.0.1/wherry")));

                assertThat(Await.value(channel.request("echo", Message.of("hello")))
                                .text())
                        .isEqualTo("hello");
                assertThat(channel.transport()).isEqualTo("longpoll");
                assertThat(buffered.strikes()).isPositive();
                proxy.repair();
            }
        }
    }

    @Test
    void withoutSockets() {
        CuttableTransport network = new CuttableTransport(new LocalTransport());
        try (Server server = Wherry.server().transports("local").build();
                Client client =
                        Wherry.client().transport(network).transports("local").build()) {
            server.onRequest("echo", (channel, message) -> message).start();
            Channel channel = client.connect(URI.create("local://wherry"));
            Await.value(channel.request("echo", Message.of("hello")));
            Await.value(network.cut());

            assertThat(Await.value(channel.request("echo", Message.of("again"))).text())
                    .isEqualTo("again");
            assertThat(network.connects()).isEqualTo(2);
        }
    }

    @Test
    void thePageShowsTheseTests() throws IOException {
        String here = squeezed(
                Files.readString(Path.of("src", "test", "java", "io", "wherry", "examples", "TestingPageTest.java")));
        List<String> programs = JAVA.matcher(Files.readString(Path.of("..", "docs", "testing.md")))
                .results()
                .map(program -> squeezed(program.group(1)))
                .toList();

        assertThat(programs).hasSize(4).allSatisfy(program -> assertThat(here).contains(program));
    }

    /** The layout is free. */
    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
