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
import org.junit.jupiter.api.Test;

class PayloadEventsTest {

    private static final Position POSITION = new Position("k3f9x2", 1052, 0);

    @Test
    void writesThePayloadWithItsPosition() {
        assertThat(encode(false, false, message(Message.of("hello")))).isEqualTo("id: k3f9x2-1052\ndata: hello\n\n");
    }

    @Test
    void namesTheTopicWhereThereAreSeveral() {
        assertThat(encode(true, false, message(Message.of("hello"))))
                .isEqualTo("id: k3f9x2-1052\nevent: z\u20ac\ndata: hello\n\n");
    }

    @Test
    void writesALineForEachLineOfThePayload() {
        assertThat(encode(false, false, message(Message.of("\na\rb\r\n c\n"))))
                .isEqualTo("id: k3f9x2-1052\ndata: \ndata: a\ndata: b\ndata:  c\ndata: \n\n");
        assertThat(encode(false, false, message(Message.empty()))).isEqualTo("id: k3f9x2-1052\ndata: \n\n");
    }

    @Test
    void writesWhatIsNoTextInBase64() {
        assertThat(encode(false, false, message(Message.of(new byte[] {0, 10, (byte) 200}))))
                .isEqualTo("id: k3f9x2-1052\ndata: AArI\n\n");
    }

    @Test
    void writesAnObjectOnOneLineAsJson() {
        assertThat(encode(false, true, message(Message.of("a\nb"))))
                .isEqualTo("id: k3f9x2-1052\n"
                        + "data: {\"topic\":\"z\u20ac\",\"position\":\"k3f9x2-1052\",\"data\":\"a\\nb\"}\n\n");
        assertThat(encode(
                        true, true, message(Message.wrap(Format.JSON, "{\n\"a\":1}".getBytes(StandardCharsets.UTF_8)))))
                .isEqualTo("id: k3f9x2-1052\nevent: z\u20ac\n"
                        + "data: {\"topic\":\"z\u20ac\",\"position\":\"k3f9x2-1052\",\"data\":{ \"a\":1}}\n\n");
    }

    @Test
    void tellsAGapWhateverTheFormat() {
        Envelope overrun = Envelope.control(Kind.GAP, "z", "overrun k3f9x2-7");
        String event = "event: gap\ndata: {\"gap\":\"z\",\"reason\":\"overrun\",\"upTo\":\"k3f9x2-7\"}\n\n";
        assertThat(encode(false, false, overrun)).isEqualTo(event);
        assertThat(encode(true, true, overrun)).isEqualTo(event);
    }

    @Test
    void goesOnFromThePositionOfAGapInANewEpoch() {
        Envelope epoch = Envelope.at(POSITION, Kind.GAP, "*", "epoch", Message.empty());
        assertThat(encode(false, false, epoch))
                .isEqualTo("id: k3f9x2-1052\nevent: gap\ndata: {\"gap\":\"*\",\"reason\":\"epoch\"}\n\n");
    }

    @Test
    void beginsWithABlockThatHasNothingButTheId() {
        assertThat(encode(true, true, Envelope.at(POSITION, Kind.WELCOME, "-", null, Message.empty())))
                .isEqualTo("id: k3f9x2-1052\n\n");
    }

    @Test
    void showsNothingElse() {
        assertThat(encode(true, false, Envelope.control(Kind.HEARTBEAT, "-", null)))
                .isEmpty();
        assertThat(encode(true, true, Envelope.control(Kind.END, "closed", "never")))
                .isEmpty();
    }

    private static Envelope message(Message message) {
        return Envelope.at(POSITION, Kind.MESSAGE, "z\u20ac", null, message);
    }

    private static String encode(boolean named, boolean json, Envelope envelope) {
        ByteBuf out = Unpooled.buffer();
        new PayloadEvents(named, json).encode(envelope, out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
