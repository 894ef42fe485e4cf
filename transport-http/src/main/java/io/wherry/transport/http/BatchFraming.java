// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.EnvelopeReader;
import io.wherry.spi.Framing;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Envelopes one after the other, each followed by a delimiter: {@code application/vnd.wherry.v1}. Stateless.
 */
public final class BatchFraming implements Framing {

    /** The content type of batches. */
    public static final String MEDIA_TYPE = "application/vnd.wherry.v1";

    private final Delimiter delimiter;

    BatchFraming(Delimiter delimiter) {
        this.delimiter = delimiter;
    }

    /** The batch with a delimiter; the same instance for the same delimiter, as far as there are not too many. */
    public static BatchFraming of(Delimiter delimiter) {
        return delimiter.batch();
    }

    /**
     * Takes a whole batch apart, with LF after each payload.
     *
     * @param batch lent; it is read to its end
     * @param maxMessage the largest payload that is accepted, in bytes
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} or {@link ErrorCode#TOO_LARGE}; what came before is taken
     */
    public static void read(ByteBuf batch, int maxMessage, Consumer<Envelope> taker) {
        EnvelopeReader reader = new EnvelopeReader(maxMessage);
        @Nullable Envelope envelope = reader.readNext(batch, Delimiter.LF.bytes());
        while (envelope != null) {
            taker.accept(envelope);
            envelope = reader.readNext(batch, Delimiter.LF.bytes());
        }
        if (batch.isReadable()) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "batch: ends within an envelope (expected: a head line, a payload as long as it says, and LF)");
        }
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        envelope.writeTo(out);
        delimiter.writeTo(out);
    }
}
