// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of a transport when it was tried on the way to a server. Immutable.
 *
 * @param transport the transport's name
 * @param outcome how far it came
 * @param welcome after how long the server's welcome had come; null where none came
 * @param roundTrip how long a message then took to the server and back; null where none came back
 * @param reason why it does not work; null where it does
 */
public record TransportReport(
        String transport,
        Outcome outcome,
        @Nullable Duration welcome,
        @Nullable Duration roundTrip,
        @Nullable WherryException reason) {

    /** How far a transport came. */
    public enum Outcome {
        /** A message has made the round trip. */
        WORKS,
        /** It could not connect, or was refused, or cut before the welcome had come. */
        REFUSED,
        /** No welcome came within {@code wherry.connect-timeout}: somebody on the way swallows what is sent, or holds the answer back. */
        SILENT,
        /** The welcome came, but no answer to what was sent then: nothing gets through to the server, or nothing more from it. */
        ONE_WAY
    }

    /** Checks that nothing is missing. */
    public TransportReport {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(outcome, "outcome");
    }

    /** Whether a message has made the round trip. */
    public boolean works() {
        return outcome == Outcome.WORKS;
    }
}
