// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.wherry.spi.Framing;

/** Gives benchmarks what the transport keeps to itself. */
public final class LocalFramings {

    private LocalFramings() {}

    /** The framing of all connections. */
    public static Framing framing() {
        return LocalFraming.INSTANCE;
    }
}
