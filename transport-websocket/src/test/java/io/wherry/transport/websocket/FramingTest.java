// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import io.wherry.transport.http.Deflation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames, byte by byte. */
class FramingTest {

    private static final Position POSITION = Position.parse("k3f9-7");

    @ParameterizedTest
    @CsvSource({
        "0,      8200",
        "1,      8201",
        "125,    827d",
        "126,    827e007e",
        "65535,  827effff",
        "65536,  827f0000000000010000",
    })
    void writesTheShortestLength(int length, String head) {
        byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) 0x5a);

        byte[] frame =
                encode(WebSocketFraming.of(Rendering.RAW), message(Kind.MESSAGE, Message.wrap(Format.BYTES, payload)));

        byte[] headBytes = ByteBufUtil.decodeHexDump(head);
        assertThat(Arrays.copyOf(frame, headBytes.length)).isEqualTo(headBytes);
        assertThat(Arrays.copyOfRange(frame, headBytes.length, frame.length)).isEqualTo(payload);
    }

    /** Whatever the head of the envelope takes of the frame's length, also behind other frames. */
    @Test
    void leavesAsMuchRoomForTheHeadAsItTakes() {
        int[] lengths = IntStream.concat(IntStream.range(0, 140), IntStream.range(65_480, 65_550))
                .toArray();
        for (int length : lengths) {
            Envelope envelope = message(
                    Kind.MESSAGE, Message.wrap(Format.TEXT, "x".repeat(length).getBytes(StandardCharsets.US_ASCII)));
            ByteBuf whole = Unpooled.buffer();
            envelope.writeTo(whole);
            ByteBuf expected = Unpooled.buffer().writeByte(7);
            FrameHead.write(expected, true, false, whole.readableBytes());
            assertThat(FrameHead.length(whole.readableBytes())).isEqualTo(expected.readableBytes() - 1);
            expected.writeBytes(whole);

            ByteBuf out = Unpooled.buffer(1).writeByte(7);
            WebSocketFraming.of(Rendering.ENVELOPE).encode(envelope, out);

            assertThat(ByteBufUtil.equals(out, expected))
                    .as("length %d", length)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"TEXT, 81", "JSON, 81", "CBOR, 82", "BYTES, 82"})
    void sendsTextAsTextAndBytesAsBinary(Format format, String firstByte) {
        Envelope envelope = message(Kind.MESSAGE, Message.wrap(format, new byte[] {'"', '"'}));

        assertThat(ByteBufUtil.hexDump(encode(WebSocketFraming.of(Rendering.RAW), envelope)))
                .startsWith(firstByte);
        assertThat(ByteBufUtil.hexDump(encode(WebSocketFraming.of(Rendering.ENVELOPE), envelope)))
                .startsWith(firstByte);
    }

    @Test
    void putsAnEnvelopeInOneFrame() {
        byte[] frame = encode(WebSocketFraming.of(Rendering.ENVELOPE), message(Kind.MESSAGE, Message.of("grüße")));

        assertThat(frame[0]).isEqualTo((byte) 0x81);
        assertThat(frame[1]).isEqualTo((byte) (frame.length - 2));
        assertThat(new String(frame, 2, frame.length - 2, StandardCharsets.UTF_8))
                .isEqualTo("m k3f9-7 7 text time\ngrüße");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void sendsEveryKindOfEnvelopeToAChannel(Kind kind) {
        byte[] frame = encode(WebSocketFraming.of(Rendering.ENVELOPE), Envelope.control(kind, "-", null));

        assertThat(new String(frame, 2, frame.length - 2, StandardCharsets.UTF_8))
                .isEqualTo(kind.letter() + " - 0 - -\n");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void showsAPlainReaderPayloadsGapsAndErrorsOnly(Kind kind) {
        String argument = kind == Kind.MESSAGE ? "EUR" : "overrun k3f9-6";
        Envelope envelope = Envelope.at(POSITION, kind, "time", argument, Message.of("x"));

        String raw = text(encode(WebSocketFraming.of(Rendering.RAW), envelope));
        String json = text(encode(WebSocketFraming.of(Rendering.JSON), envelope));

        switch (kind) {
            case MESSAGE -> {
                assertThat(raw).isEqualTo("x");
                assertThat(json)
                        .isEqualTo("{\"topic\":\"time\",\"position\":\"k3f9-7\",\"key\":\"EUR\",\"data\":\"x\"}");
            }
            case HISTORY, DIRECT, REPLY -> {
                assertThat(raw).isEqualTo("x");
                assertThat(json).isEqualTo("{\"topic\":\"time\",\"position\":\"k3f9-7\",\"data\":\"x\"}");
            }
            case GAP -> {
                assertThat(raw).isEqualTo("{\"gap\":\"time\",\"reason\":\"overrun\",\"upTo\":\"k3f9-6\"}");
                assertThat(json).isEqualTo(raw);
            }
            case ERROR -> {
                assertThat(raw).isEqualTo("{\"error\":\"overrun k3f9-6\",\"detail\":\"x\"}");
                assertThat(json).isEqualTo(raw);
            }
            default -> {
                assertThat(raw).isEmpty();
                assertThat(json).isEmpty();
            }
        }
    }

    @Test
    void sendsAJsonObjectAsTextWhateverTheFormat() {
        byte[] frame = encode(
                WebSocketFraming.of(Rendering.JSON), message(Kind.MESSAGE, Message.wrap(Format.BYTES, new byte[] {1})));

        assertThat(frame[0]).isEqualTo((byte) 0x81);
        assertThat(text(frame)).isEqualTo("{\"topic\":\"time\",\"position\":\"k3f9-7\",\"base64\":\"AQ==\"}");
    }

    @Test
    void appendsOneFrameAfterTheOther() {
        ByteBuf out = Unpooled.buffer();
        WebSocketFraming.of(Rendering.RAW).encode(message(Kind.MESSAGE, Message.of("a")), out);
        WebSocketFraming.of(Rendering.RAW).encode(message(Kind.MESSAGE, Message.of("b")), out);

        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("810161810162");
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 5000, 70_000, 400_000})
    void compressesTheMessagesOfTopics(int size) throws Exception {
        Envelope envelope = message(Kind.MESSAGE, Message.of("abcdefgh".repeat(size / 8)));

        byte[] frame = encode(new DeflatedFraming(Rendering.ENVELOPE, 1024), envelope);

        assertThat(frame[0]).isEqualTo((byte) 0xc1);
        assertThat(frame).hasSizeLessThan(size / 4);
        ByteBuf whole = Unpooled.buffer();
        int headLength = (frame[1] & 0x7f) == 126 ? 4 : 2;
        Deflation.decompress(
                Unpooled.wrappedBuffer(frame, headLength, frame.length - headLength), whole, Integer.MAX_VALUE);
        assertThat(whole.toString(StandardCharsets.UTF_8))
                .isEqualTo("m k3f9-7 " + envelope.message().size() + " text time\n"
                        + envelope.message().text());
    }

    @Test
    void compressesWithoutContext() {
        DeflatedFraming framing = new DeflatedFraming(Rendering.RAW, 64);
        Envelope envelope = message(Kind.HISTORY, Message.of("to be or not to be ".repeat(50)));

        assertThat(encode(framing, envelope)).isEqualTo(encode(framing, envelope));
    }

    @Test
    void leavesSmallMessagesAsTheyAre() {
        Envelope small = message(Kind.MESSAGE, Message.of("a".repeat(1023)));

        assertThat(encode(new DeflatedFraming(Rendering.RAW, 1024), small))
                .isEqualTo(encode(WebSocketFraming.of(Rendering.RAW), small));
    }

    @Test
    void leavesWhatDoesNotShrinkAsItIs() {
        byte[] noise = new byte[4096];
        new java.util.Random(7).nextBytes(noise);
        Envelope envelope = message(Kind.MESSAGE, Message.wrap(Format.BYTES, noise));

        assertThat(encode(new DeflatedFraming(Rendering.RAW, 1024), envelope))
                .isEqualTo(encode(WebSocketFraming.of(Rendering.RAW), envelope));
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"MESSAGE", "HISTORY"})
    void neverCompressesWhatIsForOneChannel(Kind kind) {
        Envelope envelope = message(kind, Message.of("secret".repeat(1000)));

        assertThat(encode(new DeflatedFraming(Rendering.ENVELOPE, 1), envelope))
                .isEqualTo(encode(WebSocketFraming.of(Rendering.ENVELOPE), envelope));
    }

    private static Envelope message(Kind kind, Message message) {
        return Envelope.at(POSITION, kind, "time", null, message);
    }

    private static byte[] encode(Framing framing, Envelope envelope) {
        ByteBuf out = Unpooled.buffer();
        framing.encode(envelope, out);
        return ByteBufUtil.getBytes(out);
    }

    /** The payload of a short frame; the empty text when there is none. */
    private static String text(byte[] frame) {
        return frame.length == 0 ? "" : new String(frame, 2, frame.length - 2, StandardCharsets.UTF_8);
    }
}
