// SPDX-License-Identifier: Apache-2.0
/** Benchmarks and the load generator. */
@NullMarked
package io.wherry.benchmarks;

import org.jspecify.annotations.NullMarked;
