// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.BINARY;
import static io.wherry.transport.websocket.Frames.CLOSE;
import static io.wherry.transport.websocket.Frames.CONTINUATION;
import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.PING;
import static io.wherry.transport.websocket.Frames.PONG;
import static io.wherry.transport.websocket.Frames.RSV1;
import static io.wherry.transport.websocket.Frames.TEXT;
import static io.wherry.transport.websocket.Frames.close;
import static io.wherry.transport.websocket.Frames.masked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.spi.Envelope;
import io.wherry.testkit.Await;
import io.wherry.transport.http.Deflation;
import io.wherry.transport.websocket.RawSocket.Frame;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server half, as a client sees it that is made by hand from RFC 6455 and docs/protocol.md. */
final class ServerSocketTest extends ServerSocketFixture {

    // Channels, by hand

    @Test
    void answersARequestOfAChannel() {
        try (RawSocket raw = RawSocket.channel(server().port(), "")) {
            raw.readFrame();
            raw.write(masked(FIN | TEXT, "q 1 5 text upper\nhello"));

            assertThat(raw.readFrame().text()).matches("(?s)(a - 0 - 1\n|r \\S+ 5 text 1\nHELLO)");
        }
    }

    @Test
    void passesOverAKindThatItDoesNotKnow() {
        try (RawSocket raw = RawSocket.channel(server().port(), "")) {
            raw.readFrame();
            raw.write(masked(FIN | TEXT, "Z - 0 - -\n")).write(masked(FIN | TEXT, "h - 0 - ?\n"));

            assertThat(raw.readFrame().text()).startsWith("h - 0 - !");
        }
    }

    @Test
    void closesAChannelThatSendsNoEnvelopes() {
        try (RawSocket raw = RawSocket.channel(server().port(), "")) {
            raw.readFrame();
            raw.write(masked(FIN | TEXT, "hello"));

            assertThat(raw.readFrame().code()).isEqualTo(4400);
        }
    }

    @Test
    void closesASupersededConnection() {
        Server server = server();
        try (RawSocket first = RawSocket.channel(server.port(), "")) {
            Envelope welcome = Objects.requireNonNull(
                    Envelope.read(Unpooled.wrappedBuffer(first.readFrame().payload()), 1000));
            try (RawSocket second =
                    RawSocket.channel(server.port(), "?channel=" + welcome.name() + "&after=" + welcome.position())) {
                assertThat(second.readFrame().text()).contains(" resumed\n");
                Frame end = first.readFrame();
                assertThat(end.firstByte()).isEqualTo(FIN | CLOSE);
                assertThat(end.code()).isEqualTo(4409);
            }
        }
    }

    @Test
    void pingsWhoIsSilent() {
        try (RawSocket raw = RawSocket.channel(
                server("wherry.heartbeat", "100ms", "wherry.lost-after", "2s").port(), "")) {
            raw.readFrame();
            assertThat(raw.readFrame()).hasToString("89 ");
            raw.write(masked(FIN | PONG, ""));
            assertThat(raw.readFrame()).hasToString("89 ");
        }
    }

    /** While handlers are behind, the socket is not read, so that the peer's pongs are not seen either. */
    @Test
    void doesNotTakeAPeerForLostThatIsNotRead() {
        Server server =
                server("wherry.heartbeat", "100ms", "wherry.lost-after", "400ms", "wherry.limits.inbound", "1KiB");
        CountDownLatch mayGoOn = new CountDownLatch(1);
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        server.onMessage("slow", (channel, message) -> {
            Await.open(mayGoOn);
            heard.add(message.size() + " bytes");
        });
        try (RawSocket raw = RawSocket.channel(server.port(), "")) {
            raw.readFrame();
            for (int i = 1; i <= 4; i++) {
                raw.write(masked(FIN | TEXT, "d " + i + " 1000 text slow\n" + "x".repeat(1000)));
            }
            int pings = 0;
            while (pings < 12) {
                Frame frame = raw.readFrame();
                assertThat(frame.opcode()).isNotEqualTo(CLOSE);
                pings += frame.opcode() == PING ? 1 : 0;
                raw.write(masked(FIN | PONG, ""));
            }
            mayGoOn.countDown();
            for (int i = 1; i <= 4; i++) {
                assertThat(Await.next(heard)).isEqualTo("1000 bytes");
            }
        }
    }

    // Ends

    @Test
    void answersACloseAndEndsTheSocket() {
        try (RawSocket raw = RawSocket.plain(server().port(), "?topic=time")) {
            raw.write(masked(FIN | CLOSE, close(4321, "bye")));

            Frame answer = raw.readFrame();
            assertThat(answer.firstByte()).isEqualTo(FIN | CLOSE);
            assertThat(answer.code()).isEqualTo(4321);
            assertThat(raw.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1005, 1006, 1015, 999})
    void neverEchoesAReservedCode(int code) {
        try (RawSocket raw = RawSocket.plain(server().port(), "?topic=time")) {
            raw.write(masked(FIN | CLOSE, close(code, "")));

            assertThat(raw.readFrame().code()).isEqualTo(1002);
            assertThat(raw.readToEnd()).isEmpty();
        }
    }

    /** The close frame must arrive though the peer goes on writing: an early end of the socket would destroy it. */
    @Test
    void tellsAPeerThatSendsTooMuchWhy() {
        try (RawSocket raw = RawSocket.plain(
                server("wherry.limits.message", "1000", "wherry.limits.outbound-high", "1000")
                        .port(),
                "?to=echo")) {
            ByteBuf frame = masked(FIN | BINARY, new byte[8_000_000]);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> raw.write(frame));

            assertThat(raw.readFrame().code()).isEqualTo(1009);
            assertThat(raw.readToEnd()).isEmpty();
            assertThat(writing).succeedsWithin(Duration.ofSeconds(15));
        }
    }

    @Test
    void cutsAPeerThatDoesNotEndAfterAViolation() {
        try (RawSocket raw = RawSocket.plain(
                server("wherry.websocket.close-timeout", "200ms").port(), "?to=echo")) {
            raw.write(masked(FIN | 3, ""));
            assertThat(raw.readFrame().code()).isEqualTo(1002);
            assertThat(raw.readToEnd()).isEmpty();

            // The end is that of both directions: what is written now is refused before long.
            assertThatThrownBy(() -> {
                        while (true) {
                            raw.write(new byte[10_000]);
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void refusesTextThatIsNoUtf8() {
        try (RawSocket raw = RawSocket.plain(server().port(), "?to=echo")) {
            raw.write(masked(TEXT, "a")).write(masked(CONTINUATION, new byte[] {(byte) 0xc0}));

            assertThat(raw.readFrame().code()).isEqualTo(1007);
        }
    }

    @Test
    void joinsSixtyFiveThousandFragments() {
        try (RawSocket raw = RawSocket.plain(
                server(
                                "wherry.limits.message", "4MiB",
                                "wherry.limits.batch", "8MiB",
                                "wherry.limits.decompressed", "4MiB",
                                "wherry.limits.inbound", "8MiB")
                        .port(),
                "?to=echo")) {
            byte[] piece = "x".repeat(64).getBytes(StandardCharsets.UTF_8);
            ByteBuf frames = Unpooled.buffer();
            for (int i = 0; i < 65_536; i++) {
                frames.writeBytes(masked((i == 65_535 ? FIN : 0) | (i == 0 ? TEXT : CONTINUATION), piece));
            }
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> raw.write(frames));

            assertThat(readMessage(raw).payload()).hasSize(4 << 20);
            assertThat(writing).succeedsWithin(Duration.ofSeconds(15));
        }
    }

    @Test
    void tellsThatTheServerStops() {
        Server server = server();
        try (RawSocket reader = RawSocket.plain(server.port(), "?topic=time");
                RawSocket channel = RawSocket.channel(server.port(), "")) {
            channel.readFrame();
            CompletableFuture<Void> closed = server.closeAsync().toCompletableFuture();

            Frame end = reader.readFrame();
            assertThat(end.firstByte()).isEqualTo(FIN | CLOSE);
            assertThat(end.code()).isEqualTo(1001);
            assertThat(CloseCode.reasonOfBody(Unpooled.wrappedBuffer(end.payload())))
                    .matches("retry-after=\\d{1,3}");
            reader.write(masked(FIN | CLOSE, close(1001, "")));
            assertThat(channel.readFrame().text()).startsWith("x - ");
            assertThat(channel.readFrame().opcode()).isEqualTo(CLOSE);
            channel.write(masked(FIN | CLOSE, ""));
            assertThat(reader.readToEnd()).isEmpty();
            assertThat(closed).succeedsWithin(Duration.ofSeconds(15));
        }
    }

    // Compression

    @Test
    void compressesTheMessagesOfATopic() throws Exception {
        Server server = server("wherry.websocket.compression", "true");
        Topic time = server.topic("time");
        time.publish(Message.of("to be or not to be ".repeat(100)));
        time.publish(Message.of("small"));
        try (RawSocket raw = new RawSocket(server.port())) {
            raw.write(RawSocket.upgrade(
                    "?topic=time&last=2",
                    "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9, permessage-deflate"));
            assertThat(raw.readUpgraded())
                    .contains("sec-websocket-extensions: permessage-deflate; server_no_context_takeover; "
                            + "client_no_context_takeover\r\n");

            Frame frame = raw.readFrame();
            assertThat(frame.firstByte()).isEqualTo(FIN | RSV1 | TEXT);
            ByteBuf whole = Unpooled.buffer();
            Deflation.decompress(Unpooled.wrappedBuffer(frame.payload()), whole, 10_000);
            assertThat(whole.toString(StandardCharsets.UTF_8)).isEqualTo("to be or not to be ".repeat(100));
            assertThat(raw.readFrame()).hasToString("81 small");
        }
    }

    @Test
    void compressesNothingForOnePeerAloneButTakesCompressedMessages() {
        try (RawSocket raw =
                new RawSocket(server("wherry.websocket.compression", "true").port())) {
            raw.write(RawSocket.upgrade("?to=echo", "Sec-WebSocket-Extensions: permessage-deflate"));
            raw.readUpgraded();
            ByteBuf compressed = Unpooled.buffer();
            Deflation.compress(Unpooled.copiedBuffer("hello ".repeat(1000), StandardCharsets.UTF_8), compressed);
            raw.write(masked(FIN | RSV1 | TEXT, ByteBufUtil.getBytes(compressed)));

            assertThat(readMessage(raw)).hasToString("81 " + "hello ".repeat(1000));
        }
    }

    @Test
    void declinesCompressionUnlessConfigured() {
        try (RawSocket raw = new RawSocket(server().port())) {
            raw.write(RawSocket.upgrade("?topic=time", "Sec-WebSocket-Extensions: permessage-deflate"));

            assertThat(raw.readUpgraded()).doesNotContain("sec-websocket-extensions");
        }
    }
}
