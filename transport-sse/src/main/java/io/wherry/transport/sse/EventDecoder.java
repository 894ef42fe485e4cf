// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.netty.buffer.ByteBuf;
import io.wherry.spi.Envelope;
import io.wherry.transport.http.StreamDownlink;
import java.util.function.Consumer;

/** Takes the envelopes out of the events of a stream. Not thread-safe. */
final class EventDecoder implements StreamDownlink.Decoder {

    private final EventStreamReader reader;
    private Consumer<Envelope> taker = envelope -> {};

    /**
     * Makes a decoder.
     *
     * @param maxMessage the largest payload that is accepted, in bytes
     */
    EventDecoder(int maxMessage) {
        this.reader = new EventStreamReader(
                maxData(maxMessage), (type, data, id) -> taker.accept(Envelope.read(data, maxMessage)));
    }

    /** A head, and a payload that may be in base64. */
    private static int maxData(int maxMessage) {
        return (int) Math.min(Integer.MAX_VALUE - 1024, Envelope.MAX_HEAD_LENGTH + 4 * ((maxMessage + 2L) / 3) + 2);
    }

    @Override
    public void read(ByteBuf content, Consumer<Envelope> to) {
        taker = to;
        reader.read(content);
    }
}
