// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.wherry.spi.Envelope;
import io.wherry.transport.http.StreamDownlink;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives benchmarks what the transport keeps to itself: a client's side of an open WebSocket. */
public final class WebSocketDecoders {

    private WebSocketDecoders() {}

    /**
     * What takes envelopes out of frames, each in one.
     *
     * @param compressed whether the frames are compressed
     */
    public static StreamDownlink.Decoder envelopes(int maxMessage, boolean compressed) {
        Reading reading = new Reading(maxMessage);
        WebSocketRules rules = new WebSocketRules(false, compressed, maxMessage, 1, 1000);
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocketHandler(rules, reading).pipeline());
        return (content, taker) -> {
            reading.taker = taker;
            channel.writeInbound(content.retainedDuplicate());
            content.skipBytes(content.readableBytes());
        };
    }

    /** Takes messages as the client's connection does. */
    private static final class Reading implements WebSocketPeer {

        private final int maxMessage;
        private Consumer<Envelope> taker = envelope -> {};

        Reading(int maxMessage) {
            this.maxMessage = maxMessage;
        }

        @Override
        public void opened(WebSocketHandler socket) {
            // Nothing is sent.
        }

        @Override
        public void message(boolean text, ByteBuf payload) {
            @Nullable Envelope envelope = Envelope.read(payload, maxMessage);
            if (envelope != null) {
                taker.accept(envelope);
            }
        }

        @Override
        public void messagesComplete() {
            // Nothing is flushed.
        }

        @Override
        public void pong() {
            // None is asked for.
        }

        @Override
        public void alive() {
            // No clock runs.
        }

        @Override
        public void writable() {
            // Nothing is sent.
        }

        @Override
        public void ended(int code, String reason, @Nullable Throwable cause) {
            throw new AssertionError("closed with " + code + " " + reason, cause);
        }
    }
}
