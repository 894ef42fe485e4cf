// SPDX-License-Identifier: Apache-2.0
/** A transport inside one process: no sockets, for tests and embedding. */
@NullMarked
package io.wherry.transport.local;

import org.jspecify.annotations.NullMarked;
