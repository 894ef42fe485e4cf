// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How envelopes become bytes in the bodies of HTTP. */
final class FramingTest {

    private static final Envelope GAP = Envelope.control(Kind.GAP, "time", "overrun k3f9-7");

    private static Envelope message(Message message) {
        return Envelope.at(Position.parse("k3f9-12"), Kind.MESSAGE, "time", null, message);
    }

    private static Envelope message(Format format, String payload) {
        return message(Message.wrap(format, payload.getBytes(StandardCharsets.UTF_8)));
    }

    private static String encode(Framing framing, Envelope envelope) {
        ByteBuf out = Unpooled.buffer();
        framing.encode(envelope, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aBatchIsEnvelopesAndDelimiters() {
        ByteBuf out = Unpooled.buffer();
        BatchFraming framing = BatchFraming.of(Delimiter.LF);
        framing.encode(message(Message.of("one\ntwo")), out);
        framing.encode(GAP, out);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("m k3f9-12 7 text time\none\ntwo\ng - 0 - time overrun k3f9-7\n\n");

        List<Envelope> read = new ArrayList<>();
        BatchFraming.read(out, 100, read::add);
        assertThat(read).containsExactly(message(Message.of("one\ntwo")), GAP);
        assertThat(encode(BatchFraming.of(Delimiter.of("--")), message(Message.of("x"))))
                .isEqualTo("m k3f9-12 1 text time\nx--");
    }

    @Test
    void aBatchThatEndsEarlyIsRefused() {
        ByteBuf whole = Unpooled.buffer();
        BatchFraming.of(Delimiter.LF).encode(message(Message.of("hello")), whole);
        for (int length = 1; length < whole.readableBytes(); length++) {
            ByteBuf part = whole.slice(0, length);
            assertThatThrownBy(() -> BatchFraming.read(part, 100, envelope -> {}))
                    .isInstanceOfSatisfying(
                            WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
        }
        assertThatThrownBy(() -> BatchFraming.read(whole, 4, envelope -> {}))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void rawIsThePayloadAndTheDelimiter() {
        assertThat(encode(RawFraming.of(Delimiter.LF), message(Message.of("12:00"))))
                .isEqualTo("12:00\n");
        assertThat(encode(RawFraming.of(Delimiter.of("ThisCometMessageEnded")), message(Message.of("12:00"))))
                .isEqualTo("12:00ThisCometMessageEnded");
        assertThat(encode(RawFraming.of(Delimiter.LF), message(Message.empty())))
                .isEqualTo("\n");
    }

    @Test
    void rawTellsGapsOnStreamsOnly() {
        assertThat(encode(RawFraming.of(Delimiter.LF), GAP))
                .isEqualTo("{\"gap\":\"time\",\"reason\":\"overrun\",\"upTo\":\"k3f9-7\"}\n");
        assertThat(encode(RawFraming.withoutGaps(Delimiter.LF), GAP)).isEmpty();
    }

    @Test
    void rawTellsWhyAStreamEnds() {
        Envelope error = Envelope.at(null, Kind.ERROR, "-", "too-many", Message.of("behind"));
        assertThat(encode(RawFraming.of(Delimiter.LF), error))
                .isEqualTo("{\"error\":\"too-many\",\"detail\":\"behind\"}\n")
                .isEqualTo(encode(JsonFraming.of(Delimiter.LF), error));
        assertThat(encode(RawFraming.withoutGaps(Delimiter.LF), error)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"WELCOME", "ACK", "HEARTBEAT", "END", "REQUEST"})
    void plainFramingsShowNothingElse(Kind kind) {
        Envelope envelope = Envelope.control(kind, "x", "y");
        assertThat(encode(RawFraming.of(Delimiter.LF), envelope)).isEmpty();
        assertThat(encode(JsonFraming.of(Delimiter.LF), envelope)).isEmpty();
        assertThat(encode(Delimiter.LF.chunkedRaw(), envelope)).isEmpty();
        assertThat(encode(Delimiter.LF.chunkedJson(), envelope)).isEmpty();
        assertThat(encode(Delimiter.LF.chunkedBatch(), envelope)).isNotEmpty();
    }

    @Test
    void jsonHoldsTextAsString() {
        assertThat(encode(JsonFraming.of(Delimiter.LF), message(Message.of("a\"b\\c\n\t\u0001 größer 😀"))))
                .isEqualTo("{\"topic\":\"time\",\"position\":\"k3f9-12\","
                        + "\"data\":\"a\\\"b\\\\c\\n\\t\\u0001 größer 😀\"}\n");
    }

    @Test
    void jsonHoldsJsonAsItIsButOnOneLine() {
        assertThat(encode(JsonFraming.of(Delimiter.LF), message(Format.JSON, "{\"a\":\r\n [1, 2]}")))
                .isEqualTo("{\"topic\":\"time\",\"position\":\"k3f9-12\",\"data\":{\"a\":   [1, 2]}}\n");
    }

    @Test
    void jsonLetsNoPayloadOutOfItsPlace() {
        assertThat(encode(JsonFraming.of(Delimiter.LF), message(Format.JSON, "1,\"topic\":\"admin\"")))
                .isEqualTo(
                        "{\"topic\":\"time\",\"position\":\"k3f9-12\",\"data\":\"1,\\\"topic\\\":\\\"admin\\\"\"}\n");
    }

    @Test
    void jsonHoldsBytesInBase64() {
        assertThat(encode(JsonFraming.of(Delimiter.LF), message(Message.of(new byte[] {0, -1, 7}))))
                .isEqualTo("{\"topic\":\"time\",\"position\":\"k3f9-12\",\"base64\":\"AP8H\"}\n");
    }

    @ParameterizedTest
    @EnumSource(names = {"TEXT", "BYTES"})
    void aChunkSaysHowLongItIs(Format format) {
        for (int size : new int[] {0, 1, 15, 16, 4095, 4096, 4097, 70_000}) {
            byte[] payload = new byte[size];
            java.util.Arrays.fill(payload, (byte) 1);
            Envelope envelope = message(Message.wrap(format, payload));
            for (ChunkedFraming framing :
                    List.of(Delimiter.LF.chunkedRaw(), Delimiter.LF.chunkedJson(), Delimiter.LF.chunkedBatch())) {
                String chunk = encode(framing, envelope);
                int lineEnd = chunk.indexOf("\r\n");
                String content = chunk.substring(lineEnd + 2, chunk.length() - 2);
                assertThat(Integer.parseInt(chunk.substring(0, lineEnd), 16)).isEqualTo(content.length());
                assertThat(chunk).endsWith("\r\n");
            }
        }
    }

    @Test
    void framingsAreSharedByTheirDelimiter() {
        assertThat(Delimiter.of("\n")).isSameAs(Delimiter.LF);
        assertThat(RawFraming.of(Delimiter.of("end"))).isSameAs(RawFraming.of(Delimiter.of("end")));
        for (int i = 0; i < 200; i++) {
            assertThat(encode(RawFraming.of(Delimiter.of("d" + i)), message(Message.of("x"))))
                    .isEqualTo("xd" + i);
        }
    }

    @Test
    void delimitersAreBounded() {
        assertThatThrownBy(() -> Delimiter.of("")).isInstanceOf(WherryException.class);
        assertThatThrownBy(() -> Delimiter.of("x".repeat(65))).isInstanceOf(WherryException.class);
    }
}
