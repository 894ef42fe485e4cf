// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.spi.Framing;
import io.wherry.transport.http.ChunkedFraming;

/** Gives benchmarks what the transport keeps to itself. */
public final class SseFramings {

    private SseFramings() {}

    /** An event for each envelope, in chunks. */
    public static Framing envelopes() {
        return new ChunkedFraming(new EnvelopeEvents());
    }

    /** An event for each envelope, without chunks: as the client's HTTP codec gives them. */
    public static Framing unchunkedEnvelopes() {
        return new EnvelopeEvents();
    }

    /** An event for each payload, in chunks. */
    public static Framing payloads() {
        return new ChunkedFraming(new PayloadEvents(false, false));
    }
}
