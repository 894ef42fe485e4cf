// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy sees of a request, to choose by. Immutable.
 *
 * @param method the method, such as {@code GET}
 * @param path the path, decoded, without the query
 * @param query the parameters of the query, decoded
 * @param headers the headers, names in lower case; of several with one name the first
 */
public record ProxiedRequest(String method, String path, Map<String, List<String>> query, Map<String, String> headers) {

    static ProxiedRequest of(HttpRequest request) {
        QueryStringDecoder target = new QueryStringDecoder(request.uri());
        Map<String, String> headers = new TreeMap<>();
        request.headers()
                .forEach(header -> headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        return new ProxiedRequest(request.method().name(), target.path(), target.parameters(), headers);
    }

    /** The first parameter of a name, null when there is none. */
    public @Nullable String parameter(String name) {
        List<String> values = query.getOrDefault(name, List.of());
        return values.isEmpty() ? null : values.get(0);
    }

    /** A header by its name in lower case, null when there is none. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }
}
