// SPDX-License-Identifier: Apache-2.0
/** Small programs that each show one thing. */
@NullMarked
package io.wherry.examples;

import org.jspecify.annotations.NullMarked;
