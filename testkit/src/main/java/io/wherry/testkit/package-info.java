// SPDX-License-Identifier: Apache-2.0
/**
 * The tests every transport passes, and what a test of a transport or of the channel layer needs: {@link
 * io.wherry.testkit.TransportContract}; a recorder; networks that break on demand; a clock and loops that a test moves.
 */
@NullMarked
package io.wherry.testkit;

import org.jspecify.annotations.NullMarked;
