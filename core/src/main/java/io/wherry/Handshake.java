// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that asks to be let in, as authenticators and handlers see it. Immutable.
 *
 * @param transport the transport's name
 * @param remoteAddress where it comes from, null where there is no such thing
 * @param headers the request's headers, names in lower case
 * @param query the query's parameters, decoded
 */
public record Handshake(
        String transport,
        @Nullable SocketAddress remoteAddress,
        Map<String, List<String>> headers,
        Map<String, List<String>> query) {

    /** Keeps what is given, unmodifiable. */
    public Handshake {
        headers = Map.copyOf(headers);
        query = Map.copyOf(query);
    }

    /** The first header of a name in lower case, null when there is none. */
    public @Nullable String header(String name) {
        return first(headers, name);
    }

    /** The first query parameter of a name, null when there is none. */
    public @Nullable String parameter(String name) {
        return first(query, name);
    }

    private static @Nullable String first(Map<String, List<String>> values, String name) {
        List<String> found = values.get(name);
        return found == null || found.isEmpty() ? null : found.get(0);
    }

    /** Transport and address; headers and query may be secret. */
    @Override
    public String toString() {
        return "Handshake[" + transport + ", " + remoteAddress + "]";
    }
}
