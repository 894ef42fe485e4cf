// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.CLOSE;
import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.PING;
import static io.wherry.transport.websocket.Frames.TEXT;
import static io.wherry.transport.websocket.Frames.close;
import static io.wherry.transport.websocket.Frames.masked;
import static io.wherry.transport.websocket.Frames.unmasked;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.wherry.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a WebSocket ends (RFC 6455, sections 5.5.1 and 7). */
final class WebSocketClosingTest extends HandlerFixture {

    // Closing

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1011, 3000, 4410, 4999})
    void answersACloseWithItsCode(int code) {
        receive(masked(FIN | CLOSE, close(code, "bye")));

        assertThat(sent())
                .isEqualTo("8802" + Integer.toHexString(code | 0x10000).substring(1));
        assertThat(peer.take()).containsExactly("ended " + code);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answersACloseWithoutACode() {
        receive(masked(FIN | CLOSE, ""));

        assertThat(sent()).isEqualTo("8800");
        assertThat(peer.take()).containsExactly("ended 1005");
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    void neverEchoesAReservedCode(int code) {
        receive(masked(FIN | CLOSE, close(code, "")));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @Test
    void refusesHalfACode() {
        receive(masked(FIN | CLOSE, new byte[1]));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"03e8ff", "03e861c3"})
    void refusesAReasonThatIsNoUtf8(String hex) {
        receive(masked(FIN | CLOSE, ByteBufUtil.decodeHexDump(hex)));

        assertFailed(1007, ErrorCode.BAD_REQUEST);
    }

    @Test
    void takesTheLongestReason() {
        receive(masked(FIN | CLOSE, close(1000, "x".repeat(123))));

        assertThat(peer.take()).containsExactly("ended 1000");
    }

    @Test
    void dropsWhatComesAfterAClose() {
        receive(Unpooled.wrappedBuffer(
                masked(FIN | CLOSE, close(1000, "")), masked(FIN | TEXT, "late"), masked(FIN | PING, "")));

        assertThat(sent()).isEqualTo("880203e8");
        assertThat(peer.take()).containsExactly("ended 1000");
    }

    @Test
    void closesAndWaitsForTheAnswer() {
        socket.close(4409, "superseded");

        assertThat(sent()).isEqualTo("880c1139" + ByteBufUtil.hexDump("superseded".getBytes(StandardCharsets.UTF_8)));
        receive(masked(FIN | TEXT, "under way"), masked(FIN | PING, ""));
        assertThat(sent()).isEmpty();
        assertThat(peer.take()).isNotEmpty().allMatch("alive"::equals);
        assertThat(channel.isOpen()).isTrue();

        receive(masked(FIN | CLOSE, close(4409, "")));

        assertThat(sent()).isEmpty();
        assertThat(peer.take()).containsExactly("ended 4409");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void cutsAPeerThatDoesNotAnswerAClose() {
        socket.close(1001, "");
        channel.advanceTimeBy(CLOSE_TIMEOUT - 1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(peer.take()).containsExactly("ended 1006");
    }

    @Test
    void takesAnyAnswerToAClose() {
        socket.close(1000, "");
        receive(masked(FIN | CLOSE, close(1006, "")));

        assertThat(sent()).isEqualTo("880203e8");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void sendsNothingAfterAClose() {
        socket.close(1000, "");
        sent();

        socket.writeFrames(FrameHead.PING_FRAME);
        socket.writeFrame(new TextWebSocketFrame("late"));
        socket.flush();
        socket.ping();
        socket.close(1001, "");

        assertThat(sent()).isEmpty();
        assertThat(socket.isWritable()).isFalse();
    }

    @Test
    void readsTheAnswerToACloseThoughMessagesWereNotWelcome() {
        socket.readable(false);
        assertThat(channel.config().isAutoRead()).isFalse();

        socket.close(1000, "");

        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void mayBeClosedByTheTakerOfAMessage() {
        peer.onMessage = message -> socket.close(4400, "no more");

        receive(Unpooled.wrappedBuffer(masked(FIN | TEXT, "a"), masked(FIN | TEXT, "b")));

        assertThat(peer.take()).containsExactly("text a", "complete");
    }

    @Test
    void tellsOfALostSocket() {
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset"));

        assertThat(peer.take()).containsExactly("ended 1006 by a fault");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void tellsOfASocketThatEndsWithoutAClose() {
        receive(masked(TEXT, "half"));
        peer.take();

        channel.close().syncUninterruptibly();

        assertThat(peer.take()).containsExactly("ended 1006");
    }

    // The client's side

    @Test
    void aClientLetsTheServerEndTheSocket() {
        socket = open(false, false);
        receive(unmasked(FIN | CLOSE, close(4410, "gone")));

        assertThat(peer.take()).containsExactly("ended 4410");
        assertThat(channel.isOpen()).isTrue();

        channel.advanceTimeBy(CLOSE_TIMEOUT, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(peer.take()).isEmpty();
    }
}
