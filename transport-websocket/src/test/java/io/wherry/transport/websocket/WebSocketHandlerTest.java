// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.BINARY;
import static io.wherry.transport.websocket.Frames.CLOSE;
import static io.wherry.transport.websocket.Frames.CONTINUATION;
import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.PING;
import static io.wherry.transport.websocket.Frames.PONG;
import static io.wherry.transport.websocket.Frames.RSV1;
import static io.wherry.transport.websocket.Frames.RSV2;
import static io.wherry.transport.websocket.Frames.RSV3;
import static io.wherry.transport.websocket.Frames.TEXT;
import static io.wherry.transport.websocket.Frames.close;
import static io.wherry.transport.websocket.Frames.masked;
import static io.wherry.transport.websocket.Frames.unmasked;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.transport.http.Deflation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of an open WebSocket, on both sides. */
class WebSocketHandlerTest {

    private static final int MAX_MESSAGE = 100_000;
    private static final int MAX_FRAGMENTS = 50;
    private static final int CLOSE_TIMEOUT = 2000;

    private final RecordingPeer peer = new RecordingPeer();
    private EmbeddedChannel channel = new EmbeddedChannel();
    private WebSocketHandler socket = open(true, false);

    private WebSocketHandler open(boolean server, boolean compression) {
        channel = new EmbeddedChannel();
        channel.freezeTime();
        WebSocketHandler handler = new WebSocketHandler(
                new WebSocketHandler.Rules(server, compression, MAX_MESSAGE, MAX_FRAGMENTS, CLOSE_TIMEOUT), peer);
        channel.pipeline().addLast(handler.pipeline());
        return handler;
    }

    @AfterEach
    void leavesNothingBehind() {
        channel.finishAndReleaseAll();
        assertThat(peer.events.stream()
                        .filter(event -> event.startsWith("ended"))
                        .count())
                .isLessThanOrEqualTo(1);
    }

    // Messages

    @Test
    void takesTextAndBytes() {
        receive(masked(FIN | TEXT, "grüße"), masked(FIN | BINARY, new byte[] {1, 2}));

        assertThat(peer.take()).containsExactly("text grüße", "complete", "binary 0102", "complete");
    }

    @Test
    void takesManyMessagesAsOneBatch() {
        receive(Unpooled.wrappedBuffer(masked(FIN | TEXT, "a"), masked(FIN | TEXT, ""), masked(FIN | TEXT, "c")));

        assertThat(peer.take()).containsExactly("text a", "text ", "text c", "complete");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, MAX_MESSAGE})
    void takesEverySize(int size) {
        receive(masked(FIN | TEXT, "x".repeat(size)));

        assertThat(peer.take())
                .containsExactly("text " + (size > 100 ? String.valueOf(size) : "x".repeat(size)), "complete");
    }

    @Test
    void takesFramesCutAnywhere() {
        byte[] frames = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(
                masked(TEXT, "ab"), masked(FIN | PING, "?"), masked(FIN, "c"), masked(FIN | BINARY, new byte[200])));
        for (int cut = 1; cut < frames.length; cut++) {
            receive(Unpooled.copiedBuffer(frames, 0, cut), Unpooled.copiedBuffer(frames, cut, frames.length - cut));

            assertThat(peer.take().stream().filter(event -> event.startsWith("text") || event.startsWith("binary")))
                    .as("cut at %s", cut)
                    .containsExactly("text abc", "binary 400");
            assertThat(sent()).isEqualTo("8a013f");
        }
    }

    @Test
    void takesBytesOneByOne() {
        for (byte b : ByteBufUtil.getBytes(masked(FIN | TEXT, "hello"))) {
            receive(Unpooled.wrappedBuffer(new byte[] {b}));
        }

        assertThat(peer.take()).startsWith("alive").endsWith("text hello", "complete");
    }

    @Test
    void joinsFragments() {
        receive(masked(TEXT, "gr"), masked(CONTINUATION, ""), masked(FIN | CONTINUATION, "uß"));

        assertThat(peer.take()).containsExactly("alive", "alive", "text gruß", "complete");
    }

    @Test
    void joinsACharacterThatWasCut() {
        byte[] text = "ü".getBytes(StandardCharsets.UTF_8);

        receive(masked(TEXT, new byte[] {text[0]}), masked(FIN | CONTINUATION, new byte[] {text[1]}));

        assertThat(peer.take()).contains("text ü");
    }

    @Test
    void answersAPingBetweenFragments() {
        receive(masked(TEXT, "a"), masked(FIN | PING, "now"), masked(FIN | CONTINUATION, "b"));

        assertThat(sent()).isEqualTo("8a036e6f77");
        assertThat(peer.take()).contains("text ab");
    }

    // Limits

    @Test
    void refusesAFrameOverTheLimit() {
        ByteBuf frame = masked(FIN | TEXT, "x".repeat(MAX_MESSAGE + 1));

        receive(frame);

        assertFailed(1009, ErrorCode.TOO_LARGE);
    }

    @Test
    void refusesAnAnnouncedLengthBeforeItsBytesHaveCome() {
        receive(Unpooled.buffer()
                .writeByte(FIN | BINARY)
                .writeByte(0x80 | 127)
                .writeLong(1L << 40)
                .writeInt(0));

        assertFailed(1009, ErrorCode.TOO_LARGE);
    }

    @Test
    void refusesFragmentsOverTheLimit() {
        receive(masked(TEXT, "x".repeat(MAX_MESSAGE)), masked(CONTINUATION, "x"));

        assertFailed(1009, ErrorCode.TOO_LARGE);
    }

    @Test
    void takesFragmentsUpToTheLimit() {
        receive(masked(TEXT, "x".repeat(MAX_MESSAGE - 1)), masked(FIN | CONTINUATION, "x"));

        assertThat(peer.take()).contains("text " + MAX_MESSAGE);
    }

    @Test
    void takesAsManyFragmentsAsAreAllowed() {
        receive(masked(TEXT, "x"));
        for (int i = 2; i < MAX_FRAGMENTS; i++) {
            receive(masked(CONTINUATION, ""));
        }
        receive(masked(FIN | CONTINUATION, "y"), masked(FIN | TEXT, "z"));

        assertThat(peer.take()).contains("text xy", "text z");
    }

    @Test
    void refusesAFloodOfEmptyFragments() {
        receive(masked(TEXT, ""));
        for (int i = 1; i <= MAX_FRAGMENTS && peer.cause == null; i++) {
            receive(masked(CONTINUATION, ""));
        }

        assertFailed(1009, ErrorCode.TOO_LARGE);
    }

    // Violations

    @Test
    void refusesAnUnmaskedFrame() {
        receive(unmasked(FIN | TEXT, "a"));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    void refusesReservedOpcodes(int opcode) {
        receive(masked(FIN | opcode, ""));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {RSV1, RSV2, RSV3})
    void refusesReservedBits(int bit) {
        receive(masked(FIN | bit | TEXT, "a"));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @Test
    void refusesAContinuationOfNothing() {
        receive(masked(FIN | TEXT, "a"), masked(FIN | CONTINUATION, "b"));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @Test
    void refusesAMessageInsideAnother() {
        receive(masked(TEXT, "a"), masked(FIN | TEXT, "b"));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {CLOSE, PING, PONG})
    void refusesAFragmentedControlFrame(int opcode) {
        receive(masked(opcode, ""));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(ints = {CLOSE, PING, PONG})
    void refusesALongControlFrame(int opcode) {
        receive(masked(FIN | opcode, new byte[126]));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"81fe000500000000", "81ff000000000000ffff00000000", "81ff800000000000000000000000"})
    void refusesALengthThatIsNotTheShortest(String hex) {
        receive(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "eda080", "f4908080", "c3", "e282", "61ff61"})
    void refusesTextThatIsNoUtf8(String hex) {
        receive(masked(FIN | TEXT, ByteBufUtil.decodeHexDump(hex)));

        assertFailed(1007, ErrorCode.BAD_REQUEST);
    }

    @Test
    void refusesTextThatIsNoUtf8AtItsFirstBadFragment() {
        receive(masked(TEXT, "a"), masked(CONTINUATION, new byte[] {(byte) 0xff}));

        assertFailed(1007, ErrorCode.BAD_REQUEST);
    }

    @Test
    void doesNotLookAtBytes() {
        receive(masked(FIN | BINARY, new byte[] {(byte) 0xff}));

        assertThat(peer.take()).contains("binary ff");
    }

    @Test
    void dropsWhatComesAfterAViolation() {
        receive(Unpooled.wrappedBuffer(masked(FIN | 3, ""), masked(FIN | TEXT, "late")));

        assertThat(peer.take()).containsExactly("ended 1002 by a fault");
    }

    @ParameterizedTest
    @CsvSource({"BAD_REQUEST, 1, 4400", "UNKNOWN_CHANNEL, 1, 4410", "TOO_LARGE, 1, 1009", "CLOSED, 1, 1000"})
    void tellsWhyAMessageWasRefused(ErrorCode code, int ignored, int closeCode) {
        peer.onMessage = message -> {
            throw new WherryException(code, "no");
        };

        receive(masked(FIN | TEXT, "a"));

        assertThat(sent())
                .isEqualTo("8804" + Integer.toHexString(closeCode | 0x10000).substring(1) + "6e6f");
        assertThat(peer.take()).contains("ended " + closeCode + " by a fault");
    }

    @Test
    void hidesAFaultOfItsOwn() {
        peer.onMessage = message -> {
            throw new IllegalStateException("secret");
        };

        receive(masked(FIN | TEXT, "a"));

        assertThat(sent()).isEqualTo("880a03f3" + ByteBufUtil.hexDump("internal".getBytes(StandardCharsets.UTF_8)));
        assertThat(peer.take()).contains("ended 1011 by a fault");
    }

    // Pings

    @Test
    void tellsOfPongs() {
        receive(masked(FIN | PONG, "unsolicited"));

        assertThat(peer.take()).containsExactly("pong", "alive");
        assertThat(sent()).isEmpty();
    }

    @Test
    void pings() {
        socket.ping();
        socket.ping();
        socket.flush();

        assertThat(sent()).isEqualTo("89008900");
    }

    @Test
    void answersOnlyTheLastPingOfAPeerThatDoesNotRead() {
        writable(false);
        for (int i = 0; i < 1000; i++) {
            receive(masked(FIN | PING, String.valueOf(i)));
        }
        assertThat(sent()).isEmpty();
        peer.take();

        writable(true);

        assertThat(sent()).isEqualTo("8a03393939");
        assertThat(peer.take()).containsExactly("writable");
    }

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
    void aClientMasks() {
        socket = open(false, false);
        socket.writeFrame(new TextWebSocketFrame("hello"));
        socket.flush();

        ByteBuf frame = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(sent()));
        assertThat(frame.readUnsignedShort()).isEqualTo(0x8185);
        byte[] mask = new byte[4];
        frame.readBytes(mask);
        byte[] text = new byte[5];
        frame.readBytes(text);
        for (int i = 0; i < text.length; i++) {
            text[i] ^= mask[i & 3];
        }
        assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo("hello");
    }

    @Test
    void aClientRefusesAMaskedFrame() {
        socket = open(false, false);
        channel.writeInbound(masked(FIN | TEXT, "a"));

        assertThat(peer.take()).containsExactly("ended 1002 by a fault");
    }

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

    // permessage-deflate

    @Test
    void takesACompressedMessage() {
        socket = open(true, true);
        receive(masked(FIN | RSV1 | TEXT, deflate("hello hello")), masked(FIN | TEXT, "plain"));

        assertThat(peer.take()).containsExactly("text hello hello", "complete", "text plain", "complete");
    }

    @Test
    void takesACompressedMessageInFragments() {
        socket = open(true, true);
        byte[] compressed = deflate("hello hello");
        receive(masked(RSV1 | TEXT, new byte[0]));
        for (byte b : compressed) {
            receive(masked(CONTINUATION, new byte[] {b}));
        }
        receive(masked(FIN | PING, ""), masked(FIN | CONTINUATION, new byte[0]));

        assertThat(peer.take()).contains("text hello hello");
        assertThat(sent()).isEqualTo("8a00");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                FIN | RSV2 | TEXT,
                FIN | RSV3 | TEXT,
                FIN | RSV1 | RSV2 | BINARY,
                FIN | RSV1 | PING,
                FIN | RSV1 | PONG,
                FIN | RSV1 | CLOSE
            })
    void refusesReservedBitsThatCompressionDoesNotUse(int firstByte) {
        socket = open(true, true);
        receive(masked(firstByte, new byte[0]));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @Test
    void refusesTheCompressionBitOnAContinuation() {
        socket = open(true, true);
        receive(masked(TEXT, "a"), masked(FIN | RSV1 | CONTINUATION, deflate("b")));

        assertFailed(1002, ErrorCode.BAD_REQUEST);
    }

    @Test
    void stopsABomb() {
        socket = open(true, true);
        receive(masked(FIN | RSV1 | BINARY, deflate("\0".repeat(10_000_000))));

        assertFailed(1009, ErrorCode.TOO_LARGE);
    }

    @Test
    void refusesWhatIsNotDeflated() {
        socket = open(true, true);
        receive(masked(FIN | RSV1 | BINARY, new byte[] {(byte) 0xff, (byte) 0xff}));

        assertFailed(1007, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "eda080", "f4908080", "c3", "e282", "61ff61", "f09f98"})
    void refusesTextThatIsNoUtf8WhereCompressionWasAgreed(String hex) {
        byte[] text = ByteBufUtil.decodeHexDump(hex);
        ByteBuf packed = Unpooled.buffer();
        Deflation.compress(Unpooled.wrappedBuffer(text), packed);

        socket = open(true, true);
        receive(masked(FIN | TEXT, text));
        assertFailed(1007, ErrorCode.BAD_REQUEST);

        socket = open(true, true);
        receive(masked(FIN | RSV1 | TEXT, ByteBufUtil.getBytes(packed)));
        assertFailed(1007, ErrorCode.BAD_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "grüße", "😀", "\u0000\uffff"})
    void takesTextOfEveryPlaneWhereCompressionWasAgreed(String text) {
        socket = open(true, true);
        String manyTimes = text.repeat(3000);

        receive(masked(FIN | RSV1 | TEXT, deflate(text)), masked(FIN | RSV1 | TEXT, deflate(manyTimes)));

        assertThat(peer.take())
                .containsExactly(
                        "text " + text,
                        "complete",
                        "text " + (manyTimes.length() > 100 ? manyTimes.length() : manyTimes),
                        "complete");
    }

    private void receive(ByteBuf... parts) {
        for (ByteBuf part : parts) {
            channel.writeInbound(part);
        }
    }

    /** What was sent and flushed since the last call, in hexadecimal digits. */
    private String sent() {
        StringBuilder hex = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            hex.append(ByteBufUtil.hexDump(out));
            out.release();
        }
        return hex.toString();
    }

    private void assertFailed(int closeCode, ErrorCode error) {
        String sent = sent();
        assertThat(sent).startsWith("88");
        assertThat(sent.substring(4, 8))
                .isEqualTo(Integer.toHexString(closeCode | 0x10000).substring(1));
        assertThat(sent).hasSize(4 + 2 * Integer.parseInt(sent.substring(2, 4), 16));
        assertThat(peer.cause)
                .isInstanceOfSatisfying(
                        WherryException.class,
                        failure -> assertThat(failure.code()).isEqualTo(error));
        assertThat(peer.take()).endsWith("ended " + closeCode + " by a fault");
        assertThat(channel.isOpen()).isFalse();
    }

    private void writable(boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }

    private static byte[] deflate(String text) {
        ByteBuf out = Unpooled.buffer();
        Deflation.compress(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), out);
        return ByteBufUtil.getBytes(out);
    }
}
