// SPDX-License-Identifier: Apache-2.0
/** Other servers, each as its documentation has it, with one loop where that can be said. */
@NullMarked
package io.wherry.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
