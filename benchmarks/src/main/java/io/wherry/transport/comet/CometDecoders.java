// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.wherry.transport.http.Delimiter;
import io.wherry.transport.http.StreamDownlink;

/** Gives benchmarks what the transport keeps to itself. */
public final class CometDecoders {

    private CometDecoders() {}

    /** What takes envelopes out of a response that does not end. */
    public static StreamDownlink.Decoder envelopes(int maxMessage) {
        return new BatchDecoder(Delimiter.LF, maxMessage);
    }
}
