// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.testkit.Fixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event source whose system takes nothing, with so little sent to it that its connection stays writable. */
@Timeout(60)
class SseLostReaderTest {

    private final Fixture fixture = new Fixture(new SseTransport(), server -> URI.create("http://unused"), Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void isNoticedByTheSystem() throws IOException {
        Assumptions.assumeTrue(Epoll.isAvailable(), "epoll is not there");
        Server server = fixture.server("wherry.heartbeat", "200ms", "wherry.lost-after", "1s")
                .start();
        Topic topic = server.topic("topic");
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(2048);
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            client.getOutputStream()
                    .write("GET /wherry/sse?topic=topic HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().read()).isEqualTo('H');
            while (topic.readers() == 0) {
                Thread.onSpinWait();
            }

            topic.publish(Message.of("x".repeat(50_000)));

            while (topic.readers() > 0) {
                Thread.onSpinWait();
            }
        }
    }
}
