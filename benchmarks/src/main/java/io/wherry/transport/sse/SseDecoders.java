// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.transport.http.StreamDownlink;

/** Gives benchmarks what the transport keeps to itself. */
public final class SseDecoders {

    private SseDecoders() {}

    /** What takes envelopes out of an event stream. */
    public static StreamDownlink.Decoder envelopes(int maxMessage) {
        return new EventDecoder(maxMessage);
    }
}
