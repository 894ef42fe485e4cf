// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnvelopeEventsTest {

    private static final Position POSITION = new Position("k3f9x2", 1052, 2);

    @Test
    void writesTheEnvelopeAsData() {
        assertThat(encode(at(Kind.MESSAGE, "time", Message.of("a\n\n b"))))
                .isEqualTo("data: m k3f9x2-1052.2 5 text time\ndata: a\ndata: \ndata:  b\n\n");
    }

    @Test
    void writesAnEmptyPayloadAsTheEmptyLineAfterTheHead() {
        assertThat(encode(Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null)))
                .isEqualTo("data: h - 0 - -\ndata: \n\n");
    }

    @Test
    void writesWhatAnEventStreamCannotCarryInBase64() {
        assertThat(encode(at(Kind.MESSAGE, "t", Message.of("a\r\nb"))))
                .isEqualTo("data: m k3f9x2-1052.2 4 text;base64 t\ndata: YQ0KYg==\n\n");
        assertThat(encode(at(Kind.MESSAGE, "t", Message.of(new byte[] {0, 10, (byte) 200}))))
                .isEqualTo("data: m k3f9x2-1052.2 3 bytes;base64 t\ndata: AArI\n\n");
    }

    static Stream<Envelope> envelopes() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        return Stream.of(
                at(Kind.MESSAGE, "time", Message.empty()),
                at(Kind.MESSAGE, "\u20ac", Message.of("\u00e4 \uD83D\uDE00\uFEFF\0\u2028")),
                at(Kind.MESSAGE, "time", Message.of("\n")),
                at(Kind.MESSAGE, "time", Message.of("\n\n")),
                at(Kind.MESSAGE, "time", Message.of("\r")),
                at(Kind.MESSAGE, "time", Message.of(" a\n b\n")),
                at(Kind.MESSAGE, "time", Message.of("data: x\n\ndata: y\n\n")),
                at(Kind.MESSAGE, "time", Message.wrap(Format.JSON, "{\n}".getBytes(StandardCharsets.UTF_8))),
                at(Kind.MESSAGE, "time", Message.of(all)),
                at(Kind.MESSAGE, "time", Message.of(new byte[0])),
                at(Kind.MESSAGE, "time", Message.wrap(Format.CBOR, all)),
                Envelope.at(POSITION, Kind.WELCOME, "id", "new", Message.of("heartbeat=1\nacked=0\n")),
                Envelope.control(Kind.ACK, Envelope.NO_NAME, null),
                Envelope.control(Kind.GAP, "*", "epoch k-1"));
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void isReadAsItWasWritten(Envelope envelope) {
        List<Envelope> read = new ArrayList<>();
        EventStreamReader reader =
                new EventStreamReader(10_000, (type, data, id) -> read.add(Envelope.read(data, 1000)));
        reader.read(Unpooled.copiedBuffer(encode(envelope) + encode(envelope), StandardCharsets.UTF_8));
        assertThat(read).containsExactly(envelope, envelope);
    }

    private static Envelope at(Kind kind, String name, Message message) {
        return Envelope.at(POSITION, kind, name, null, message);
    }

    private static String encode(Envelope envelope) {
        ByteBuf out = Unpooled.buffer();
        new EnvelopeEvents().encode(envelope, out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
