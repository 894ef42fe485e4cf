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
import static io.wherry.transport.websocket.Frames.masked;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.transport.http.Deflation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of permessage-deflate on an open WebSocket (RFC 7692). */
final class CompressedMessagesTest extends HandlerFixture {

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
}
