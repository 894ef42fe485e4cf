// SPDX-License-Identifier: Apache-2.0
/**
 * What a transport implements, and what it is given: the seam between the channel layer and the ways to carry bytes.
 */
@NullMarked
package io.wherry.spi;

import org.jspecify.annotations.NullMarked;
