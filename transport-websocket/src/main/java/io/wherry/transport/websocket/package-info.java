// SPDX-License-Identifier: Apache-2.0
/** WebSocket: one connection, both ways. */
@NullMarked
package io.wherry.transport.websocket;

import org.jspecify.annotations.NullMarked;
