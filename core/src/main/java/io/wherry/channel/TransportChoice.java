// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.spi.ClientTransport;
import java.util.List;

/**
 * Which transport to try next: the last that worked, else the next in the order of preference. Confined to one channel's loop.
 */
final class TransportChoice {

    private final List<Named> preferred;
    private int current;
    private int failedInARow;

    /** A transport's client half under its name. */
    record Named(String name, ClientTransport transport) {}

    TransportChoice(List<Named> preferred) {
        this.preferred = preferred;
    }

    Named current() {
        return preferred.get(current);
    }

    /** The current one has carried a welcome. */
    void worked() {
        failedInARow = 0;
    }

    /**
     * The current one has failed before a welcome came.
     *
     * @return whether the next can be tried at once; false when all have failed since the last that worked
     */
    boolean failed() {
        current = (current + 1) % preferred.size();
        failedInARow++;
        if (failedInARow >= preferred.size()) {
            failedInARow = 0;
            current = 0;
            return false;
        }
        return true;
    }

    @Override
    public String toString() {
        return "TransportChoice[" + current().name() + "]";
    }
}
