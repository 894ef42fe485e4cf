// SPDX-License-Identifier: Apache-2.0
/** The tests every transport passes, and what a test of a transport needs. */
@NullMarked
package io.wherry.testkit;

import org.jspecify.annotations.NullMarked;
