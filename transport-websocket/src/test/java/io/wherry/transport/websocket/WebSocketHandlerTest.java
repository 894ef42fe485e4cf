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
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of an open WebSocket, on both sides. */
final class WebSocketHandlerTest extends HandlerFixture {

    private static final Framing FRAMING = WebSocketFraming.of(Rendering.ENVELOPE);

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

    // What goes to one peer alone

    @Test
    void joinsAnswersAndKeepsTheirOrderWithAllElse() {
        socket.join(answer("1"), FRAMING);
        socket.join(answer("2"), FRAMING);
        socket.writeFrames(Unpooled.wrappedBuffer(new byte[] {(byte) (FIN | TEXT), 1, 'm'}));
        socket.join(answer("3"), FRAMING);
        assertThat((Object) channel.readOutbound()).isNull();
        socket.flush();

        ByteBuf joined = channel.readOutbound();
        assertThat(joined.toString(StandardCharsets.UTF_8))
                .contains("r - 1 text 1\n1")
                .contains("r - 1 text 2\n2");
        joined.release();
        ByteBuf published = channel.readOutbound();
        assertThat(published.toString(StandardCharsets.UTF_8)).endsWith("m");
        published.release();
        assertThat(sent()).endsWith("0a33");
    }

    @Test
    void sendsAnswersBeforeItCloses() {
        socket.join(answer("1"), FRAMING);
        receive(masked(FIN | CLOSE, close(1000, "")));

        assertThat(sent()).contains("0a31" + "880203e8");
    }

    @Test
    void letsGoOfAnswersThatNobodyCanGet() {
        socket.join(answer("1"), FRAMING);
        channel.close();

        assertThat(peer.take()).containsExactly("ended 1006");
    }

    private static Envelope answer(String text) {
        return Envelope.at(null, Envelope.Kind.REPLY, text, null, Message.of(text));
    }
}
