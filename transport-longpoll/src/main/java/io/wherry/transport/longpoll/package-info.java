// SPDX-License-Identifier: Apache-2.0
/** Long polling: one request waits for each batch of messages. */
@NullMarked
package io.wherry.transport.longpoll;

import org.jspecify.annotations.NullMarked;
