// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.netty.buffer.ByteBuf;
import io.wherry.Message;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import io.wherry.transport.http.PlainJson;

/**
 * An event for each payload, with its position as the id, for event sources without a library ({@code docs/protocol.md},
 * section 6). Gaps and the reason of an end are events too; a welcome is a block with nothing but the id; other envelopes do not show.
 */
final class PayloadEvents implements Framing {

    private static final String GAP = "gap";
    /** Not {@code error}, which event sources have for their own. */
    private static final String END = "end";

    private final boolean named;
    private final boolean json;

    /**
     * Makes a framing.
     *
     * @param named whether an event's name is its topic; otherwise it has none
     * @param json whether the data is the object of {@link PlainJson}; otherwise the payload, in base64 if it is no text
     */
    PayloadEvents(boolean named, boolean json) {
        this.named = named;
        this.json = json;
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        boolean notice = envelope.kind() == Kind.GAP || envelope.kind() == Kind.ERROR;
        boolean welcome = envelope.kind() == Kind.WELCOME;
        if (!notice && !welcome && !PlainJson.isPayload(envelope)) {
            return;
        }
        if (envelope.position() != null) {
            EventData.field("id", envelope.position().toString(), out);
        }
        if (!welcome) {
            writeContent(envelope, notice, out);
        }
        out.writeByte('\n');
    }

    private void writeContent(Envelope envelope, boolean notice, ByteBuf out) {
        if (notice) {
            EventData.field("event", envelope.kind() == Kind.GAP ? GAP : END, out);
        } else if (named) {
            EventData.field("event", envelope.name(), out);
        }
        if (notice || json) {
            EventData.begin(out);
            PlainJson.write(envelope, out);
            out.writeByte('\n');
        } else {
            Message message = envelope.message();
            EventData.write(message.format().isText() ? message.buffer() : EventData.base64(message), out);
        }
    }
}
