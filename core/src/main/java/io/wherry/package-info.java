// SPDX-License-Identifier: Apache-2.0
/**
 * Wherry's application interface: servers, clients, channels, topics and messages. No type here knows a transport.
 */
@NullMarked
package io.wherry;

import org.jspecify.annotations.NullMarked;
