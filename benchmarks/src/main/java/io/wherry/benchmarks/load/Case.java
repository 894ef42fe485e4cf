// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * A workload on one transport, and who is measured with it. Immutable.
 *
 * @param workload its name
 * @param transport its name
 * @param about what is done, in a few words
 * @param operations what is counted
 * @param contestants the reference first
 * @param opener starts the server and connects its peers
 */
record Case(
        String workload,
        String transport,
        String about,
        String operations,
        List<Contestant> contestants,
        Opener opener) {

    /** Starts a trial. */
    @FunctionalInterface
    interface Opener {

        Trial open(Contestant contestant) throws IOException, InterruptedException, TimeoutException;
    }

    /** Its name, with which it is asked for. */
    String name() {
        return workload + "/" + transport;
    }
}
