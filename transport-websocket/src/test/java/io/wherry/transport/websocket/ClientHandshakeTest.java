// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.TEXT;
import static io.wherry.transport.websocket.Frames.unmasked;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client's opening handshake, and what it makes of answers. */
class ClientHandshakeTest {

    private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key: (\\S+)\r\n");

    private final RecordingPeer peer = new RecordingPeer();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private @Nullable Boolean accepted;
    private @Nullable WherryException refusal;

    /** Sends the request, and gives it back. */
    private String ask(String uri, HttpHeaders headers, boolean compression) {
        channel.freezeTime();
        ClientHandshake.Request request =
                new ClientHandshake.Request(URI.create(uri), headers, compression, Duration.ofSeconds(5));
        channel.pipeline().addLast(new HttpClientCodec(), new ClientHandshake(request, new ClientHandshake.Outcome() {
            @Override
            public ChannelHandler[] accepted(boolean agreed) {
                accepted = agreed;
                return new WebSocketHandler(new WebSocketRules(false, agreed, 1000, 100, 1000), peer).pipeline();
            }

            @Override
            public void refused(WherryException why) {
                assertThat(refusal).isNull();
                refusal = why;
            }
        }));
        channel.pipeline().fireChannelActive();
        StringBuilder sent = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            sent.append(out.toString(StandardCharsets.UTF_8));
            out.release();
        }
        return sent.toString();
    }

    private String ask() {
        return ask("http://localhost:8080/wherry/websocket", new DefaultHttpHeaders(), false);
    }

    private static String accept(String request) {
        Matcher key = KEY.matcher(request);
        assertThat(key.find()).isTrue();
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Protocol: wherry.v1\r\nSec-WebSocket-Accept: "
                + OpeningHandshake.acceptFor(key.group(1)) + "\r\n";
    }

    private void answer(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    @AfterEach
    void leavesNothingBehind() {
        channel.finishAndReleaseAll();
    }

    @Test
    void asks() {
        String request = ask(
                "https://example.org/wherry/websocket?protocol=wherry.v1&topic=a%20b",
                new DefaultHttpHeaders().set("Authorization", "Bearer x"), true);

        assertThat(request)
                .startsWith("GET /wherry/websocket?protocol=wherry.v1&topic=a%20b HTTP/1.1\r\n")
                .containsIgnoringCase("Host: example.org\r\n")
                .containsIgnoringCase("Authorization: Bearer x\r\n")
                .containsIgnoringCase("Upgrade: websocket\r\n")
                .containsIgnoringCase("Connection: Upgrade\r\n")
                .containsIgnoringCase("Sec-WebSocket-Version: 13\r\n")
                .containsIgnoringCase("Sec-WebSocket-Protocol: wherry.v1\r\n")
                .containsIgnoringCase("Sec-WebSocket-Extensions: " + Compression.OFFER + "\r\n")
                .endsWith("\r\n\r\n");
        Matcher key = KEY.matcher(request);
        assertThat(key.find()).isTrue();
        assertThat(java.util.Base64.getDecoder().decode(key.group(1))).hasSize(16);
    }

    @Test
    void neverAsksTwiceWithTheSameKey() {
        ClientHandshakeTest other = new ClientHandshakeTest();

        assertThat(accept(ask())).isNotEqualTo(accept(other.ask()));
        other.leavesNothingBehind();
    }

    @Test
    void opens() {
        answer(accept(ask()) + "\r\n");

        assertThat(accepted).isFalse();
        assertThat(channel.pipeline().get(HttpClientCodec.class)).isNull();
        assertThat(channel.pipeline().get(ClientHandshake.class)).isNull();
        peer.take();
        channel.writeInbound(unmasked(FIN | TEXT, "hello"));
        assertThat(peer.take()).containsExactly("text hello", "complete");
    }

    @Test
    void losesNoFrameThatComesWithTheAnswer() {
        ByteBuf both = Unpooled.wrappedBuffer(
                Unpooled.copiedBuffer(accept(ask()) + "\r\n", StandardCharsets.UTF_8),
                unmasked(FIN | TEXT, "one"),
                unmasked(FIN | TEXT, "two"));

        channel.writeInbound(both);

        assertThat(peer.take()).contains("text one", "text two");
    }

    @Test
    void takesAnAnswerCutAnywhere() {
        byte[] bytes = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(
                Unpooled.copiedBuffer(accept(ask()) + "\r\n", StandardCharsets.UTF_8), unmasked(FIN | TEXT, "hello")));
        for (byte b : bytes) {
            channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {b}));
        }

        assertThat(peer.take()).contains("text hello");
    }

    @Test
    void agreesOnCompression() {
        String request = ask("http://localhost/wherry/websocket", new DefaultHttpHeaders(), true);

        answer(accept(request) + "Sec-WebSocket-Extensions: " + Compression.OFFER + "\r\n\r\n");

        assertThat(accepted).isTrue();
    }

    @Test
    void goesOnWithoutCompressionWhereItIsDeclined() {
        answer(accept(ask("http://localhost/wherry/websocket", new DefaultHttpHeaders(), true)) + "\r\n");

        assertThat(accepted).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-WebSocket-Accept: | Sec-WebSocket-Accept: x | Sec-WebSocket-Accept",
                "Sec-WebSocket-Accept: | X-Other: | Sec-WebSocket-Accept: none",
                "Protocol: wherry.v1 | Protocol: mqtt | Sec-WebSocket-Protocol: mqtt",
                "Sec-WebSocket-Protocol: wherry.v1 | X-Other: y | Sec-WebSocket-Protocol: none",
                "Upgrade: WebSocket | Upgrade: h2c | Upgrade",
                "Connection: Upgrade | Connection: close | Upgrade",
            })
    void refusesAnAnswerThatBreaksTheRules(String part, String instead, String told) {
        String good = accept(ask());
        assertThat(good).contains(part);

        answer(good.replace(part, instead) + "\r\n");

        assertRefused(ErrorCode.UNAVAILABLE, told);
    }

    @Test
    void refusesAnExtensionThatWasNotOffered() {
        answer(accept(ask()) + "Sec-WebSocket-Extensions: " + Compression.OFFER + "\r\n\r\n");

        assertRefused(ErrorCode.UNAVAILABLE, "Sec-WebSocket-Extensions");
    }

    @Test
    void refusesCompressionThatItCannotUndo() {
        String request = ask("http://localhost/wherry/websocket", new DefaultHttpHeaders(), true);

        answer(accept(request) + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");

        assertRefused(ErrorCode.UNAVAILABLE, "Sec-WebSocket-Extensions");
    }

    @Test
    void tellsTheServersProblem() {
        ask();
        String problem =
                "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,\"code\":\"unauthorized\","
                        + "\"detail\":\"token: expired\"}";

        answer("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\nContent-Length: "
                + problem.length() + "\r\n\r\n" + problem);

        assertRefused(ErrorCode.UNAUTHORIZED, "token: expired");
    }

    @ParameterizedTest
    @CsvSource({"404, UNKNOWN_TOPIC", "403, FORBIDDEN", "502, UNAVAILABLE", "503, UNAVAILABLE", "200, BAD_REQUEST"})
    void tellsAStatusWithoutAProblem(int status, ErrorCode code) {
        ask();

        answer("HTTP/1.1 " + status + " X\r\nContent-Length: 2\r\n\r\nno");

        assertRefused(code, String.valueOf(status));
    }

    @Test
    void doesNotReadAnEndlessProblem() {
        ask();
        answer("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 100 && channel.isOpen(); i++) {
            answer("1000\r\n" + "x".repeat(4096) + "\r\n");
        }

        assertRefused(ErrorCode.INTERNAL, "500");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "\u0015\u0003\u0001\r\n\r\n"})
    void refusesWhatIsNotHttp(String text) {
        ask();
        answer(text);

        assertRefused(ErrorCode.UNAVAILABLE, "not HTTP");
    }

    @Test
    void noticesThatTheServerGoesAway() {
        ask();
        channel.close().syncUninterruptibly();

        assertRefused(ErrorCode.UNAVAILABLE, "closed before it answered");
    }

    @Test
    void noticesAFailure() {
        ask();
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset"));

        assertRefused(ErrorCode.UNAVAILABLE, "Connection reset");
    }

    @Test
    void doesNotWaitForever() {
        ask();
        channel.advanceTimeBy(5, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertRefused(ErrorCode.TIMEOUT, "no answer");
    }

    private void assertRefused(ErrorCode code, String told) {
        assertThat(refusal)
                .isInstanceOfSatisfying(
                        WherryException.class, why -> assertThat(why.code()).isEqualTo(code))
                .hasMessageContaining(told);
        assertThat(accepted).isNull();
        assertThat(channel.isOpen()).isFalse();
    }
}
