// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;

/** The object of {@link PlainJson} for each message and gap, followed by a delimiter. Stateless. */
public final class JsonFraming implements Framing {

    private final Delimiter delimiter;

    JsonFraming(Delimiter delimiter) {
        this.delimiter = delimiter;
    }

    /** The framing with a delimiter; the same instance for the same delimiter. */
    public static JsonFraming of(Delimiter delimiter) {
        return delimiter.json();
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        if (PlainJson.write(envelope, out)) {
            delimiter.writeTo(out);
        }
    }
}
