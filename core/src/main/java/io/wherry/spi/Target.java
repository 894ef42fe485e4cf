// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.Position;
import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a client connects to, and as whom.
 *
 * @param uri the server's path without a transport's name, such as {@code http://localhost:8080/wherry}
 * @param loop the loop on which the channel lives; the connection calls back there
 * @param channelId the channel to resume, null to open a new one
 * @param after the position after which to go on, null for none
 * @param headers gives the headers to send with a request, such as credentials; asked for each
 * @param connection which of the channel's connections this is, counted from 1; told to the server with each request that
 *     reads, so that what is left of an older connection cannot take the channel back
 * @param standby whether the channel stays on the connection that it has, until this one is told to take over
 */
public record Target(
        URI uri,
        Loop loop,
        @Nullable String channelId,
        @Nullable Position after,
        Supplier<Map<String, String>> headers,
        long connection,
        boolean standby) {}
