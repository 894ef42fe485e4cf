// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.Handshake;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The handshake that a request is, made when somebody asks for it: most requests are answered before anybody does. Thread-safe, as
 * its headers are not changed any more.
 */
final class RequestHandshake implements Supplier<Handshake> {

    private final String transport;
    private final @Nullable SocketAddress remote;
    private final HttpHeaders headers;
    private final Query query;
    private final Origins origins;
    private volatile @Nullable Handshake made;

    RequestHandshake(
            String transport, @Nullable SocketAddress remote, HttpHeaders headers, Query query, Origins origins) {
        this.transport = transport;
        this.remote = remote;
        this.headers = headers;
        this.query = query;
        this.origins = origins;
    }

    @Override
    public Handshake get() {
        Handshake known = made;
        if (known == null) {
            known = new Handshake(transport, remote, headers(), query.parameters());
            made = known;
        }
        return known;
    }

    private Map<String, List<String>> headers() {
        Map<String, List<String>> map = new HashMap<>();
        for (Map.Entry<String, String> header : headers) {
            map.computeIfAbsent(header.getKey().toLowerCase(Locale.ROOT), name -> new ArrayList<>(1))
                    .add(header.getValue());
        }
        if (!origins.trustsCookies(headers)) {
            map.remove("cookie");
        }
        return map;
    }

    /** Transport and address, as those of the handshake. */
    @Override
    public String toString() {
        return "Handshake[" + transport + ", " + remote + "]";
    }
}
