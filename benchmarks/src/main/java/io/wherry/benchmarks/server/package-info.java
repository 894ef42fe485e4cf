// SPDX-License-Identifier: Apache-2.0
/** The servers under test, and the process that each of them has for itself. */
@NullMarked
package io.wherry.benchmarks.server;

import org.jspecify.annotations.NullMarked;
