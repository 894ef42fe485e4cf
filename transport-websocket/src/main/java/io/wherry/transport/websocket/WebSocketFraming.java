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
        if (rendering.shows(envelope)) {
            ByteBuf payload = rendering.render(envelope);
            FrameHead.write(out, rendering.isText(envelope), false, payload.readableBytes());
            out.writeBytes(payload);
        }
    }
}
