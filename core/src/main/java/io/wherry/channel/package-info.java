// SPDX-License-Identifier: Apache-2.0
/** The channel layer: readers of the log, the server's and the client's channels, resuming and acknowledging. Internal. */
@NullMarked
package io.wherry.channel;

import org.jspecify.annotations.NullMarked;
