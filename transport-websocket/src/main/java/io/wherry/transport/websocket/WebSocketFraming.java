// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;

/** A whole, unmasked frame for each envelope that is shown. Stateless. */
final class WebSocketFraming implements Framing {

    private static final WebSocketFraming ENVELOPE = new WebSocketFraming(Rendering.ENVELOPE);
    private static final WebSocketFraming RAW = new WebSocketFraming(Rendering.RAW);
    private static final WebSocketFraming JSON = new WebSocketFraming(Rendering.JSON);

    private final Rendering rendering;

    private WebSocketFraming(Rendering rendering) {
        this.rendering = rendering;
    }

    /** The framing of a rendering, the same instance each time. */
    static WebSocketFraming of(Rendering rendering) {
        return switch (rendering) {
            case ENVELOPE -> ENVELOPE;
            case RAW -> RAW;
            case JSON -> JSON;
        };
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        if (rendering == Rendering.ENVELOPE) {
            encodeWhole(envelope, out);
        } else if (rendering.shows(envelope)) {
            ByteBuf payload = rendering.render(envelope);
            FrameHead.write(out, rendering.isText(envelope), false, payload.readableBytes());
            out.writeBytes(payload);
        }
    }

    /** Writes the envelope in its place, and the frame's head before it, for which it must have left as much room as that takes. */
    private void encodeWhole(Envelope envelope, ByteBuf out) {
        int start = out.writerIndex();
        int room = FrameHead.length(envelope.message().size());
        int length = writeEnvelope(envelope, out, start, room);
        if (FrameHead.length(length) != room) {
            room = FrameHead.length(length);
            writeEnvelope(envelope, out, start, room);
        }
        out.writerIndex(start);
        FrameHead.write(out, rendering.isText(envelope), false, length);
        out.writerIndex(start + room + length);
    }

    /** Writes the envelope after so much room; returns its length. */
    private static int writeEnvelope(Envelope envelope, ByteBuf out, int start, int room) {
        out.writerIndex(start).ensureWritable(room).writerIndex(start + room);
        envelope.writeTo(out);
        return out.writerIndex() - start - room;
    }
}
