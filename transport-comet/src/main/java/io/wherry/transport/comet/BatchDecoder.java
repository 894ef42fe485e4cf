// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.spi.Envelope;
import io.wherry.spi.EnvelopeReader;
import io.wherry.transport.http.Delimiter;
import io.wherry.transport.http.StreamDownlink;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes envelopes out of a batch that goes on, cut anywhere. What is not yet a whole envelope is kept: at most the head and
 * payload of one, and a chunk. Not thread-safe.
 */
final class BatchDecoder implements StreamDownlink.Decoder {

    private static final int KEPT_CAPACITY = 64 * 1024;

    private final byte[] delimiter;
    private final EnvelopeReader reader;
    private final ByteBuf kept = Unpooled.buffer(256);

    /**
     * Makes a decoder.
     *
     * @param delimiter what follows each payload
     * @param maxMessage the largest payload that is accepted, in bytes
     */
    BatchDecoder(Delimiter delimiter, int maxMessage) {
        this.delimiter = delimiter.bytes();
        this.reader = new EnvelopeReader(maxMessage);
    }

    @Override
    public void read(ByteBuf content, Consumer<Envelope> taker) {
        if (kept.isReadable()) {
            kept.writeBytes(content);
            take(kept, taker);
            trim();
        } else {
            take(content, taker);
            kept.writeBytes(content);
        }
    }

    private void take(ByteBuf in, Consumer<Envelope> taker) {
        @Nullable Envelope envelope = reader.readNext(in, delimiter);
        while (envelope != null) {
            taker.accept(envelope);
            envelope = reader.readNext(in, delimiter);
        }
    }

    private void trim() {
        kept.discardReadBytes();
        if (kept.capacity() > KEPT_CAPACITY && kept.readableBytes() < KEPT_CAPACITY) {
            kept.capacity(KEPT_CAPACITY);
        }
    }
}
