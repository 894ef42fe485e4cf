// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.wherry.spi.Framing;

/** Gives benchmarks what the transport keeps to itself. */
public final class WebSocketFramings {

    private WebSocketFramings() {}

    /** A frame for each envelope. */
    public static Framing envelopes() {
        return WebSocketFraming.of(Rendering.ENVELOPE);
    }

    /** A frame for each payload. */
    public static Framing payloads() {
        return WebSocketFraming.of(Rendering.RAW);
    }

    /** A frame for each payload, in an object. */
    public static Framing json() {
        return WebSocketFraming.of(Rendering.JSON);
    }

    /** As {@link #envelopes}, compressed. */
    public static Framing deflated() {
        return new DeflatedFraming(Rendering.ENVELOPE, 0);
    }
}
