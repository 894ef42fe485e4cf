// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import io.wherry.transport.http.Deflation;

/**
 * As {@link WebSocketFraming}, but with the larger messages of topics compressed: once for all readers, as nothing is
 * taken over from the message before (RFC 7692, section 7.1.1.1). Thread-safe.
 *
 * <p>What goes to one channel alone stays as it is: it may hold a secret next to text of an attacker's choice, and the
 * length of the compressed bytes would tell of the one through the other.
 */
final class DeflatedFraming implements Framing {

    private final Rendering rendering;
    private final int threshold;

    /**
     * Makes a framing; a server has one for each rendering.
     *
     * @param threshold from how many bytes of payload on a message is compressed
     */
    DeflatedFraming(Rendering rendering, int threshold) {
        this.rendering = rendering;
        this.threshold = threshold;
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        if (!isCompressible(envelope)) {
            WebSocketFraming.of(rendering).encode(envelope, out);
            return;
        }
        ByteBuf payload = rendering.render(envelope);
        ByteBuf compressed = out.alloc().buffer(Math.max(256, payload.readableBytes() / 2));
        try {
            Deflation.compress(payload, compressed);
            boolean isSmaller = compressed.readableBytes() < payload.readableBytes();
            ByteBuf body = isSmaller ? compressed : payload;
            FrameHead.write(out, rendering.isText(envelope), isSmaller, body.readableBytes());
            out.writeBytes(body);
        } finally {
            compressed.release();
        }
    }

    private boolean isCompressible(Envelope envelope) {
        return switch (envelope.kind()) {
            case MESSAGE, HISTORY -> envelope.message().size() >= threshold;
            default -> false;
        };
    }
}
