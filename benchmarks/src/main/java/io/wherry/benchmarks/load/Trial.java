// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** One server under one load. Used by one thread. */
interface Trial extends AutoCloseable {

    /** What the server is, with its version. */
    String version();

    /** Puts the server under its load for a while, and checks that all came that should. */
    Sample run(long nanos) throws IOException, InterruptedException, TimeoutException;

    /** Whether what comes first is other than what comes later. */
    default boolean needsWarmUp() {
        return true;
    }

    @Override
    void close() throws IOException;
}
