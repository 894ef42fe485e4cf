// SPDX-License-Identifier: Apache-2.0
/** The load generator: it starts the servers, takes the part of their peers, and measures. */
@NullMarked
package io.wherry.benchmarks.load;

import org.jspecify.annotations.NullMarked;
