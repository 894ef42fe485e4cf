// SPDX-License-Identifier: Apache-2.0
/** Server-sent events downwards, POST upwards. */
@NullMarked
package io.wherry.transport.sse;

import org.jspecify.annotations.NullMarked;
