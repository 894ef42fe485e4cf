// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.netty.buffer.ByteBuf;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;

/** A batch: envelopes one after the other, each followed by LF. Stateless. */
final class LocalFraming implements Framing {

    static final LocalFraming INSTANCE = new LocalFraming();
    private static final byte[] DELIMITER = {'\n'};

    private LocalFraming() {}

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        envelope.writeTo(out);
        out.writeBytes(DELIMITER);
    }

    static byte[] delimiter() {
        return DELIMITER;
    }
}
