// SPDX-License-Identifier: Apache-2.0
/** Configuration: keys with types, defaults and bounds, and where their values come from. */
@NullMarked
package io.wherry.config;

import org.jspecify.annotations.NullMarked;
