// SPDX-License-Identifier: Apache-2.0
/** What a broadcast over WebSocket costs a server, beside a bare Netty server. */
@NullMarked
package io.wherry.benchmarks.broadcast;

import org.jspecify.annotations.NullMarked;
