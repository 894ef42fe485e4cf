// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Server;
import io.wherry.SlowReader;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import io.wherry.transport.websocket.RawSocket.Frame;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A WebSocket without a library that stops reading, and what its topic does with it. */
@Timeout(60)
class SlowReaderTest {

    private static final int COUNT = 1000;

    private @Nullable Server started;

    private Server start(String closeTimeout) {
        Server server = Wherry.server()
                .transports("websocket")
                .set("wherry.host", "127.0.0.1")
                .set("wherry.loops", "1")
                .set("wherry.heartbeat", "100ms")
                .set("wherry.websocket.close-timeout", closeTimeout)
                .port(0)
                .build()
                .start();
        started = server;
        return server;
    }

    @AfterEach
    void close() {
        Objects.requireNonNull(started).close();
    }

    private static Topic topic(Server server, SlowReader policy) {
        return server.topic("topic", TopicOptions.defaults().slowReader(policy).maxBytes(64 << 20));
    }

    private static void publish(Topic topic) {
        for (int i = 0; i < COUNT; i++) {
            topic.publish(Message.of("x".repeat(20_000) + i));
        }
    }

    /** Waits until the server has come to all its readers once more: two pings to one that comes now are a round apart. */
    private static void awaitARound(Server server) {
        server.topic("quiet");
        try (RawSocket latecomer = RawSocket.plain(server.port(), "?topic=quiet")) {
            assertThat(latecomer.readFrame().opcode()).isEqualTo(Frames.PING);
            assertThat(latecomer.readFrame().opcode()).isEqualTo(Frames.PING);
        }
    }

    @Test
    void skipsToTheLatest() {
        Server server = start("2s");
        Topic topic = topic(server, SlowReader.latest());
        try (RawSocket client = RawSocket.plain(server.port(), "?topic=topic")) {
            publish(topic);
            awaitARound(server);

            int count = 0;
            int last = -1;
            while (last < COUNT - 1) {
                Frame frame = client.readFrame();
                if (frame.opcode() == Frames.TEXT) {
                    int number = Integer.parseInt(frame.text().substring(20_000));
                    assertThat(number).isGreaterThan(last);
                    last = number;
                    count++;
                }
            }
            assertThat(count).isLessThan(COUNT);
        }
    }

    @Test
    void isDisconnectedWithACode() {
        Server server = start("20s");
        Topic topic = topic(server, SlowReader.disconnect(50));
        try (RawSocket client = RawSocket.plain(server.port(), "?topic=topic")) {
            publish(topic);
            awaitARound(server);

            String lastText = "";
            Frame frame = client.readFrame();
            while (frame.opcode() != Frames.CLOSE) {
                lastText = frame.opcode() == Frames.TEXT ? frame.text() : lastText;
                frame = client.readFrame();
            }
            assertThat(frame.code()).isEqualTo(4429);
            assertThat(lastText).startsWith("{\"error\":\"too-many\",\"detail\":\"behind: ");
        }
    }

    @Test
    void isCutWhenItNeverReads() {
        Server server = start("100ms");
        Topic topic = topic(server, SlowReader.disconnect(50));
        try (RawSocket client = RawSocket.plain(server.port(), "?topic=topic")) {
            publish(topic);

            while (topic.readers() > 0) {
                Thread.onSpinWait();
            }
            assertThat(client.readFrame().opcode()).isEqualTo(Frames.TEXT);
        }
    }
}
