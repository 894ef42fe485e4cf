// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.transport.http.Deflation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;

/** A handler in an embedded channel, and what it has sent and told. */
abstract class HandlerFixture {

    static final int MAX_MESSAGE = 100_000;
    static final int MAX_FRAGMENTS = 50;
    static final int CLOSE_TIMEOUT = 2000;
    final RecordingPeer peer = new RecordingPeer();
    EmbeddedChannel channel = new EmbeddedChannel();
    WebSocketHandler socket = open(true, false);

    WebSocketHandler open(boolean server, boolean compression) {
        channel = new EmbeddedChannel();
        channel.freezeTime();
        WebSocketHandler handler = new WebSocketHandler(
                new WebSocketRules(server, compression, MAX_MESSAGE, MAX_FRAGMENTS, CLOSE_TIMEOUT), peer);
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

    void receive(ByteBuf... parts) {
        for (ByteBuf part : parts) {
            channel.writeInbound(part);
        }
    }

    /** What was sent and flushed since the last call, in hexadecimal digits. */
    String sent() {
        StringBuilder hex = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            hex.append(ByteBufUtil.hexDump(out));
            out.release();
        }
        return hex.toString();
    }

    void assertFailed(int closeCode, ErrorCode error) {
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

    void writable(boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }

    static byte[] deflate(String text) {
        ByteBuf out = Unpooled.buffer();
        Deflation.compress(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), out);
        return ByteBufUtil.getBytes(out);
    }
}
