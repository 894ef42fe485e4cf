// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;

/** Starts a server's process. */
@FunctionalInterface
interface Starter {

    /** Starts one more. */
    ServerProcess start() throws IOException;
}
