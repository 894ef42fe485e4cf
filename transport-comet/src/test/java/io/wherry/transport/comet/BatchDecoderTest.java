// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.transport.http.BatchFraming;
import io.wherry.transport.http.Delimiter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchDecoderTest {

    private static final int MAX_MESSAGE = 1000;
    private static final Position POSITION = new Position("k3", 7, 0);
    private static final List<Envelope> ENVELOPES = List.of(
            Envelope.at(POSITION, Kind.WELCOME, "id", "new", Message.of("a=b\nc=d\n")),
            Envelope.at(POSITION, Kind.MESSAGE, "\u20ac", null, Message.of("\uD83D\uDE00ThisCometMessageEnded\n\n")),
            Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null),
            Envelope.at(POSITION, Kind.MESSAGE, "t", null, Message.of(new byte[] {0, 10, -1, 13})),
            Envelope.at(POSITION, Kind.MESSAGE, "t", null, Message.of("x".repeat(MAX_MESSAGE))));

    @ParameterizedTest
    @ValueSource(strings = {"\n", "ThisCometMessageEnded", "\r\n", "\u20ac"})
    void readsTheSameHoweverTheBytesAreCut(String text) {
        Delimiter delimiter = Delimiter.of(text);
        ByteBuf written = Unpooled.buffer();
        ENVELOPES.forEach(envelope -> BatchFraming.of(delimiter).encode(envelope, written));
        byte[] bytes = ByteBufUtil.getBytes(written);
        for (int cut = 0; cut <= bytes.length; cut++) {
            assertThat(read(delimiter, bytes, cut)).as("cut at %d", cut).isEqualTo(ENVELOPES);
        }
        int[] everywhere = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            everywhere[i] = i;
        }
        assertThat(read(delimiter, bytes, everywhere)).isEqualTo(ENVELOPES);
    }

    @Test
    void refusesAMessageThatIsTooLargeBeforeItHasCome() {
        byte[] bytes = ("m k3-7 " + (MAX_MESSAGE + 1) + " text t\nx").getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(WherryException.class)
                .isThrownBy(() -> read(Delimiter.LF, bytes, 3))
                .matches(e -> e.code() == ErrorCode.TOO_LARGE);
    }

    @Test
    void refusesAHeadThatDoesNotEnd() {
        byte[] bytes = ("m k3-7 1 text " + "t".repeat(2000)).getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(WherryException.class)
                .isThrownBy(() -> read(Delimiter.LF, bytes, 3, 700))
                .matches(e -> e.code() == ErrorCode.TOO_LARGE);
    }

    @Test
    void refusesAnotherDelimiter() {
        byte[] bytes = "h - 0 - -\n\r\n".getBytes(StandardCharsets.UTF_8);
        assertThatExceptionOfType(WherryException.class)
                .isThrownBy(() -> read(Delimiter.LF, bytes))
                .matches(e -> e.code() == ErrorCode.BAD_REQUEST);
    }

    private static List<Envelope> read(Delimiter delimiter, byte[] bytes, int... cuts) {
        List<Envelope> read = new ArrayList<>();
        BatchDecoder decoder = new BatchDecoder(delimiter, MAX_MESSAGE);
        int start = 0;
        for (int cut : cuts) {
            decoder.read(Unpooled.wrappedBuffer(bytes, start, cut - start), read::add);
            start = cut;
        }
        decoder.read(Unpooled.wrappedBuffer(bytes, start, bytes.length - start), read::add);
        return read;
    }
}
