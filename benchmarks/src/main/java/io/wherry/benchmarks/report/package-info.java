// SPDX-License-Identifier: Apache-2.0
/** What is written of a run: a table, a JSON file, charts. */
@NullMarked
package io.wherry.benchmarks.report;

import org.jspecify.annotations.NullMarked;
