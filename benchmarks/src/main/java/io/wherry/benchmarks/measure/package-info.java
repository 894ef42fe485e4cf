// SPDX-License-Identifier: Apache-2.0
/** What the operating system says of a process, and the arithmetic of samples. */
@NullMarked
package io.wherry.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
