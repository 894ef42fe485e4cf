// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.netty.buffer.ByteBuf;
import io.wherry.Message;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;

/** An event for each envelope of a channel: its data is the envelope ({@code docs/protocol.md}, section 4). */
final class EnvelopeEvents implements Framing {

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        Message message = envelope.message();
        boolean base64 = !message.format().isText() || EventData.hasCr(message.buffer());
        EventData.begin(out);
        envelope.writeHead(out, base64 ? ";base64" : "");
        EventData.write(base64 ? EventData.base64(message) : message.buffer(), out);
        out.writeByte('\n');
    }
}
