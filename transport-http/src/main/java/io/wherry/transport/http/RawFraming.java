// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;

/**
 * Payloads as they are, each followed by a delimiter, for readers without a library. Of other envelopes only gaps and errors may
 * show, as the object of {@link PlainJson}. Stateless.
 */
public final class RawFraming implements Framing {

    private final Delimiter delimiter;
    private final boolean showsGaps;

    RawFraming(Delimiter delimiter, boolean showsGaps) {
        this.delimiter = delimiter;
        this.showsGaps = showsGaps;
    }

    /** The framing of streams, which tells gaps; the same instance for the same delimiter. */
    public static RawFraming of(Delimiter delimiter) {
        return delimiter.raw();
    }

    /** The framing of polls, which tell gaps in a header; the same instance for the same delimiter. */
    public static RawFraming withoutGaps(Delimiter delimiter) {
        return delimiter.rawWithoutGaps();
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        if (PlainJson.isPayload(envelope)) {
            out.writeBytes(envelope.message().buffer());
        } else if (!showsGaps || !PlainJson.write(envelope, out)) {
            return;
        }
        delimiter.writeTo(out);
    }
}
