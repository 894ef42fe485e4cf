// SPDX-License-Identifier: Apache-2.0
/** A run that tries the promise on real sockets: many channels, much load, and a network that breaks all the time. */
@NullMarked
package io.wherry.examples.soak;

import org.jspecify.annotations.NullMarked;
