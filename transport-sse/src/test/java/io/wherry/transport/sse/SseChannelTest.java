// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.testkit.Await;
import io.wherry.testkit.Fixture;
import io.wherry.testkit.RawHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A channel over an event stream, spoken by hand. */
class SseChannelTest {

    private final Fixture fixture = new Fixture(new SseTransport(), server -> URI.create("http://unused"), Map.of());

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Reads one event, and the envelope in it. */
    private static Envelope next(RawHttp stream) {
        List<Envelope> envelopes = new ArrayList<>();
        new EventDecoder(1 << 20)
                .read(Unpooled.copiedBuffer(stream.readUpTo("\n\n"), StandardCharsets.UTF_8), envelopes::add);
        assertThat(envelopes).hasSize(1);
        return envelopes.get(0);
    }

    @Test
    void carriesAChannelAndResumesIt() {
        Server server = fixture.server("wherry.heartbeat", "1s");
        server.topic("time");
        server.start();
        Envelope welcome;
        Envelope first;
        try (RawHttp stream = new RawHttp(server.port()).get("/wherry/sse?protocol=wherry.v1&topic=time")) {
            assertThat(stream.readHead().header("content-type")).isEqualTo("text/event-stream");
            welcome = next(stream);
            assertThat(welcome.kind()).isEqualTo(Kind.WELCOME);
            assertThat(welcome.argument()).isEqualTo("new");
            assertThat(welcome.message().text()).contains("heartbeat=1000\n", "acked=0\n");

            Await.value(server.topic("time").publish(Message.of("12:\n00")));
            first = next(stream);
            assertThat(first.message()).isEqualTo(Message.of("12:\n00"));
            assertThat(stream.readUpTo("\n\n")).isEqualTo(":\n\n");
        }
        Channel channel = Objects.requireNonNull(server.channel(welcome.name()));
        channel.send("handler", Message.of(new byte[] {0, 10, 13, -1}));
        Await.value(server.topic("time").publish(Message.of("a\rb")));

        String resuming = "/wherry/sse?protocol=wherry.v1&channel=" + welcome.name() + "&after=" + first.position();
        try (RawHttp stream = new RawHttp(server.port()).get(resuming)) {
            stream.readHead();
            assertThat(next(stream).argument()).isEqualTo("resumed");
            assertThat(List.of(next(stream).message(), next(stream).message()))
                    .containsExactlyInAnyOrder(Message.of(new byte[] {0, 10, 13, -1}), Message.of("a\rb"));
        }
    }

    @Test
    void endsWithTheChannel() {
        Server server = fixture.server().start();
        try (RawHttp stream = new RawHttp(server.port()).get("/wherry/sse?protocol=wherry.v1")) {
            stream.readHead();
            Channel channel = Objects.requireNonNull(server.channel(next(stream).name()));
            channel.close();
            Envelope end = next(stream);
            assertThat(end.kind()).isEqualTo(Kind.END);
            assertThat(end.name()).isEqualTo("closed");
            assertThat(stream.readToEnd()).isEmpty();
        }
    }

    @Test
    void endsAnOlderStreamOfTheSameChannel() {
        Server server = fixture.server().start();
        try (RawHttp older = new RawHttp(server.port()).get("/wherry/sse?protocol=wherry.v1")) {
            older.readHead();
            Envelope welcome = next(older);
            try (RawHttp newer = new RawHttp(server.port())
                    .get("/wherry/sse?protocol=wherry.v1&channel=" + welcome.name() + "&after=" + welcome.position())) {
                newer.readHead();
                assertThat(next(newer).argument()).isEqualTo("resumed");
                assertThat(older.readToEnd()).isEmpty();
            }
        }
    }
}
