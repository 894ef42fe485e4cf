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
import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import io.wherry.WherryException;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server half, as a client sees it that is made by hand from RFC 6455 and docs/protocol.md. */
class ServerSocketTest {

    private @Nullable Server started;

    private Server server(String... settings) {
        var builder = Wherry.server()
                .transports("websocket")
                .set("wherry.host", "127.0.0.1")
                .set("wherry.port", "0");
        for (int i = 0; i < settings.length; i += 2) {
            builder.set(settings[i], settings[i + 1]);
        }
        Server server = builder.build();
        server.topic("time");
        server.onMessage("echo", (channel, message) -> channel.send("echo", message));
        server.onRequest(
                "upper", (channel, message) -> Message.of(message.text().toUpperCase(java.util.Locale.ROOT)));
        server.start();
        started = server;
        return server;
    }

    @AfterEach
    void stop() {
        if (started != null) {
            started.close();
        }
    }

    // Opening

    @Test
    void answersTheHandshake() {
        try (RawSocket raw = new RawSocket(server().port())) {
            String head = raw.write(RawSocket.upgrade("?topic=time")).readUpgraded();

            assertThat(head)
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("upgrade: websocket\r\n")
                    .contains("connection: upgrade\r\n")
                    .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .doesNotContain("sec-websocket-protocol")
                    .doesNotContain("sec-websocket-extensions")
                    .doesNotContain("content-length");
        }
    }

    @Test
    void choosesTheSubProtocol() {
        try (RawSocket raw = new RawSocket(server().port())) {
            raw.write(RawSocket.upgrade("", "Sec-WebSocket-Protocol: mqtt, wherry.v1"));

            assertThat(raw.readUpgraded()).contains("sec-websocket-protocol: wherry.v1\r\n");
            assertThat(raw.readFrame().text()).matches("(?s)w \\S+-0 \\d+ text \\S{22,} new\nheartbeat=.*");
        }
    }

    @Test
    void servesAPlainReaderThatOffersOtherSubProtocols() {
        Server server = server();
        try (RawSocket raw = new RawSocket(server.port())) {
            server.topic("time").publish(Message.of("noon"));
            raw.write(RawSocket.upgrade("?topic=time&last=1", "Sec-WebSocket-Protocol: mqtt"));
            assertThat(raw.readUpgraded()).doesNotContain("sec-websocket-protocol");
            assertThat(raw.readFrame()).hasToString("81 noon");
        }
    }

    @Test
    void losesNoFrameThatComesWithTheHandshake() {
        Server server = server();
        try (RawSocket raw = new RawSocket(server.port())) {
            raw.write(Unpooled.wrappedBuffer(
                    Unpooled.copiedBuffer(RawSocket.upgrade("?to=echo"), StandardCharsets.UTF_8),
                    masked(FIN | TEXT, "early"),
                    masked(FIN | PING, "now"),
                    masked(TEXT, "spl")));
            raw.readUpgraded();
            raw.write(masked(FIN | CONTINUATION, "it"));

            assertThat(new Frame[] {raw.readFrame(), raw.readFrame(), raw.readFrame()})
                    .filteredOn(frame -> frame.opcode() != PING)
                    .extracting(Frame::text)
                    .contains("early", "now");
        }
    }

    @Test
    void losesNoFrameThatComesWhileThePeerIsBeingAuthenticated() {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayPass = new CountDownLatch(1);
        Server server = Wherry.server()
                .transports("websocket")
                .set("wherry.host", "127.0.0.1")
                .set("wherry.port", "0")
                .authenticator(handshake -> {
                    asked.countDown();
                    assertThat(mayPass.await(15, TimeUnit.SECONDS)).isTrue();
                    return () -> "somebody";
                })
                .build();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        server.onMessage("note", (channel, message) -> heard.add(message.size() + " bytes"));
        server.start();
        started = server;
        try (RawSocket raw = new RawSocket(server.port())) {
            raw.write(RawSocket.upgrade("?to=note"));
            assertThat(asked.await(15, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                for (int i = 1; i <= 10; i++) {
                    raw.write(masked(FIN | BINARY, new byte[100_000 + i]));
                }
            });
            mayPass.countDown();
            raw.readUpgraded();

            for (int i = 1; i <= 10; i++) {
                assertThat(heard.poll(15, TimeUnit.SECONDS)).isEqualTo(100_000 + i + " bytes");
            }
            assertThat(writing).succeedsWithin(Duration.ofSeconds(15));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void takesAHandshakeByteByByte() {
        try (RawSocket raw = new RawSocket(server().port())) {
            for (byte b : RawSocket.upgrade("?to=upper").getBytes(StandardCharsets.UTF_8)) {
                raw.write(new byte[] {b});
            }
            raw.readUpgraded();
            for (byte b : ByteBufUtil.getBytes(masked(FIN | TEXT, "hello"))) {
                raw.write(new byte[] {b});
            }

            assertThat(raw.readFrame().text()).isEqualTo("HELLO");
        }
    }

    @Test
    void asksForTheRightVersion() {
        assertThat(refused(RawSocket.upgrade("?topic=time").replace("Version: 13", "Version: 8")))
                .startsWith("HTTP/1.1 426 ")
                .containsIgnoringCase("Sec-WebSocket-Version: 13\r\n")
                .contains("application/problem+json")
                .contains("\"code\":\"upgrade-required\"");
    }

    @Test
    void asksForAnUpgrade() {
        assertThat(refused(RawSocket.upgrade("?topic=time").replace("Upgrade: websocket\r\n", "")))
                .startsWith("HTTP/1.1 426 ")
                .containsIgnoringCase("Upgrade: websocket\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?topic=time | Sec-WebSocket-Key: x | 400 | bad-request",
                "?topic=tine | X: y | 404 | unknown-topic",
                "'' | X: y | 400 | bad-request",
                "?topic=time&after=x | X: y | 400 | bad-request",
                "?topic=time&format=xml | X: y | 400 | bad-request",
                "?channel=nobody | X: y | 400 | bad-request",
                "?protocol=wherry.v1 | X: y | 400 | bad-request",
            })
    void refusesAPlainReaderWithAProblem(String query, String header, int status, String code) {
        assertThat(refused(RawSocket.upgrade(query, header)))
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("application/problem+json")
                .contains("\"code\":\"" + code + "\"");
    }

    @Test
    void refusesThePagesOfOthers() {
        assertThat(refused(RawSocket.upgrade("?topic=time", "Origin: https://evil.example")))
                .startsWith("HTTP/1.1 403 ");
        stop();
        assertThat(refused(RawSocket.upgrade("", "Sec-WebSocket-Protocol: wherry.v1", "Origin: https://evil.example")))
                .startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @CsvSource({
        "?channel=nobody&after=abc-1, 4410",
        "?topic=tine, 4404",
        "?after=x, 4400",
    })
    void refusesAChannelWithACloseCode(String query, int code) {
        try (RawSocket raw = RawSocket.channel(server().port(), query)) {
            Frame frame = raw.readFrame();

            assertThat(frame.firstByte()).isEqualTo(FIN | CLOSE);
            assertThat(frame.code()).isEqualTo(code);
            raw.write(masked(FIN | CLOSE, close(code, "")));
            assertThat(raw.readToEnd()).isEmpty();
        }
    }

    private String refused(String request) {
        Server server = server();
        try (RawSocket raw = new RawSocket(server.port())) {
            return raw.write(request.replace("keep-alive, Upgrade", "Upgrade, close"))
                    .readToEnd();
        }
    }

    // Plain readers

    @Test
    void givesAPlainReaderPayloads() {
        Server server = server();
        Topic time = server.topic("time");
        time.publish(Message.of("old"));
        time.publish(Message.of("zwölf"));
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=time&last=1")) {
            assertThat(raw.readFrame()).hasToString("81 zwölf");
            time.publish(Message.of(new byte[] {1, 2, 3}));
            Frame binary = raw.readFrame();
            assertThat(binary.firstByte()).isEqualTo(FIN | BINARY);
            assertThat(binary.payload()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void resumesAPlainReaderByItsPosition() {
        Server server = server();
        Topic time = server.topic("time");
        var position = time.publish(Message.of("1")).toCompletableFuture().join();
        time.publish(Message.of("2"));
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=time&format=json&after=" + position)) {
            assertThat(raw.readFrame().text()).matches("\\{\"topic\":\"time\",\"position\":\"\\w+-2\",\"data\":\"2\"}");
        }
    }

    @Test
    void tellsAPlainReaderOfAGap() {
        Server server = server();
        Topic small = server.topic("small", TopicOptions.defaults().maxCount(1));
        var first = small.publish(Message.of("1")).toCompletableFuture().join();
        small.publish(Message.of("2"));
        small.publish(Message.of("3"));
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=small&after=" + first)) {
            assertThat(raw.readFrame().text())
                    .matches("\\{\"gap\":\"small\",\"reason\":\"overrun\",\"upTo\":\"\\w+-2\"}");
            assertThat(raw.readFrame().text()).isEqualTo("3");
        }
    }

    @Test
    void closesAPlainReaderThatSends() {
        try (RawSocket raw = RawSocket.plain(server().port(), "?topic=time")) {
            raw.write(masked(FIN | TEXT, "hello"));

            assertThat(raw.readFrame().code()).isEqualTo(1003);
        }
    }

    @Test
    void bringsMessagesToAHandlerAndBack() {
        try (RawSocket raw = RawSocket.plain(server().port(), "?to=echo")) {
            raw.write(masked(FIN | TEXT, "grüße"));
            assertThat(readMessage(raw)).hasToString("81 grüße");
            raw.write(masked(FIN | BINARY, new byte[] {7}));
            assertThat(readMessage(raw).payload()).containsExactly(7);
        }
    }

    @Test
    void bringsTopicsBesideWhatAHandlerSends() {
        Server server = server();
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=time&to=upper")) {
            raw.write(masked(FIN | TEXT, "a"));
            assertThat(readMessage(raw)).hasToString("81 A");
            server.topic("time").publish(Message.of("noon"));
            assertThat(readMessage(raw)).hasToString("81 noon");
        }
    }

    @Test
    void tellsAPeerWithoutALibraryWhatIsWrong() {
        Server server = server();
        server.onRequest("strict", (channel, message) -> {
            throw new WherryException(ErrorCode.FORBIDDEN, "not \"now\"");
        });
        try (RawSocket raw = RawSocket.plain(server.port(), "?to=strict")) {
            raw.write(masked(FIN | TEXT, "a"));
            assertThat(readMessage(raw)).hasToString("81 {\"error\":\"forbidden\",\"detail\":\"not \\\"now\\\"\"}");
        }
        try (RawSocket raw = RawSocket.plain(server.port(), "?to=nobody")) {
            raw.write(masked(FIN | TEXT, "a"));
            assertThat(readMessage(raw).toString())
                    .startsWith("81 {\"error\":\"unknown-handler\",\"detail\":\"handler: nobody");
        }
    }

    @Test
    void findsOutWhatAPeerWithoutALibraryHasReceived() {
        Server server = server();
        CompletableFuture<Channel> opened = new CompletableFuture<>();
        server.onMessage("hello", (channel, message) -> opened.complete(channel));
        try (RawSocket raw = RawSocket.plain(server.port(), "?to=hello")) {
            raw.write(masked(FIN | TEXT, ""));
            Channel channel = opened.orTimeout(15, TimeUnit.SECONDS).join();
            var sent = channel.send("x", Message.of("news")).toCompletableFuture();

            assertThat(raw.readFrame()).hasToString("81 news");
            assertThat(raw.readFrame().firstByte()).isEqualTo(FIN | PING);
            assertThat(sent).isNotDone();
            raw.write(masked(FIN | PONG, ""));

            assertThat(sent).succeedsWithin(Duration.ofSeconds(15));
        }
    }

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

    /** The next frame but pings, which are answered. */
    private static Frame readMessage(RawSocket raw) {
        Frame frame = raw.readFrame();
        while (frame.opcode() == PING) {
            raw.write(masked(FIN | PONG, frame.payload()));
            frame = raw.readFrame();
        }
        return frame;
    }

    @Test
    void givesUpAReaderThatAnswersNoPingEvenWhileItIsWrittenTo() throws Exception {
        Server server = server("wherry.heartbeat", "100ms", "wherry.lost-after", "600ms");
        Topic time = server.topic("time");
        time.publish(Message.of("first"));
        try (RawSocket silent = RawSocket.plain(server.port(), "?topic=time&last=1");
                RawSocket answering = RawSocket.plain(server.port(), "?topic=time&last=1")) {
            long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            assertThat(silent.readFrame().text()).isEqualTo("first");
            assertThat(answering.readFrame().text()).isEqualTo("first");
            while (time.readers() > 1 && System.nanoTime() < deadline) {
                time.publish(Message.of("now"));
                if (answering.readFrame().opcode() == PING) {
                    answering.write(masked(FIN | PONG, ""));
                }
            }

            assertThat(time.readers()).isEqualTo(1);
            Frame last = silent.readFrame();
            while (last.opcode() != CLOSE) {
                last = silent.readFrame();
            }
            assertThat(last.code()).isEqualTo(4408);
        }
    }
}
