// SPDX-License-Identifier: Apache-2.0
/**
 * The transport {@code http}, and what all HTTP transports share: the port, routes and limits on the server; connections,
 * requests and the uplink on the client; the framings of polls and streams.
 */
@NullMarked
package io.wherry.transport.http;

import org.jspecify.annotations.NullMarked;
