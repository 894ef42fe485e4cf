// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Server;
import io.wherry.SlowReader;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.testkit.Fixture;
import io.wherry.testkit.RawHttp;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event source that stops reading, and what its topic does with it. */
@Timeout(60)
class SseSlowReaderTest {

    private static final int COUNT = 1000;

    private final Fixture fixture = new Fixture(new SseTransport(), server -> URI.create("http://unused"), Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    private static void publish(Topic topic) {
        String filling = "x".repeat(20_000);
        for (int i = 0; i < COUNT; i++) {
            topic.publish(Message.of(filling + i + ".").withKey("k" + i % 3));
        }
    }

    /** The numbers of the events up to the last. */
    private static List<Integer> readNumbers(RawHttp client) {
        List<Integer> numbers = new ArrayList<>();
        while (!numbers.contains(COUNT - 1)) {
            String event = client.readUpTo("\n\n");
            if (event.contains("data: x")) {
                numbers.add(Integer.parseInt(event.substring(event.lastIndexOf('x') + 1, event.indexOf(".\n"))));
            }
        }
        return numbers;
    }

    @Test
    void skipsToTheLatestOfEachKey() {
        Server server = fixture.server().start();
        Topic topic = server.topic("topic", TopicOptions.defaults().slowReader(SlowReader.latestByKey()));
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=topic")) {
            client.readHead();
            client.readUpTo("\n\n");

            publish(topic);

            assertThat(readNumbers(client))
                    .isSorted()
                    .doesNotHaveDuplicates()
                    .hasSizeLessThan(COUNT)
                    .endsWith(COUNT - 3, COUNT - 2, COUNT - 1);
        }
    }

    @Test
    void isDisconnectedWhileItDoesNotRead() {
        Server server = fixture.server("wherry.heartbeat", "100ms").start();
        Topic topic = server.topic(
                "topic",
                TopicOptions.defaults().slowReader(SlowReader.disconnect(50)).maxBytes(64 << 20));
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=topic")) {
            client.readHead();
            client.readUpTo("\n\n");

            publish(topic);
            while (topic.readers() > 0) {
                Thread.onSpinWait();
            }

            assertThat(client.readToEnd())
                    .endsWith("\n\nevent: end\ndata: {\"error\":\"too-many\",\"detail\":\"behind: too many messages of"
                            + " topic (expected: a reader that keeps up, this topic disconnects others)\"}\n\n");
        }
    }

    @Test
    void showsKeysInJson() {
        Server server = fixture.server().start();
        Topic topic = server.topic("topic");
        try (RawHttp client = new RawHttp(server.port()).get("/wherry/sse?topic=topic&format=json")) {
            client.readHead();
            client.readUpTo("\n\n");

            topic.publish(Message.of("1.23").withKey("EUR\"USD"));

            assertThat(client.readUpTo("\n\n")).contains(",\"key\":\"EUR\\\"USD\",\"data\":\"1.23\"}");
        }
    }
}
