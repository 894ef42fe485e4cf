// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.BINARY;
import static io.wherry.transport.websocket.Frames.CLOSE;
import static io.wherry.transport.websocket.Frames.CONTINUATION;
import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.PING;
import static io.wherry.transport.websocket.Frames.TEXT;
import static io.wherry.transport.websocket.Frames.close;
import static io.wherry.transport.websocket.Frames.masked;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.transport.websocket.RawSocket.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The opening handshake of the server half, as a client sees it that is made by hand from RFC 6455. */
final class ServerHandshakeTest extends ServerSocketFixture {

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
}
