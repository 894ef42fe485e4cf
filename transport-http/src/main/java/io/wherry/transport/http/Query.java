// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The path and the query of a request's target (RFC 3986), of which only what is asked for is taken out: most targets are their own
 * decoded form, and there are no more than a few parameters. Immutable.
 */
final class Query {

    private static final int MAX_PARAMETERS = 4096;

    private final String target;
    /** Where the path ends. */
    private final int pathEnd;
    /** The target where it is not its own decoded form, or may hold too much; else null. */
    private final @Nullable QueryStringDecoder decoder;

    private Query(String target, @Nullable QueryStringDecoder decoder) {
        int mark = target.indexOf('?');
        this.target = target;
        this.pathEnd = mark < 0 ? target.length() : mark;
        this.decoder = decoder;
    }

    /**
     * Reads a target.
     *
     * @throws IllegalArgumentException when it is malformed
     */
    static Query of(String target) {
        boolean isPlain = target.length() <= MAX_PARAMETERS
                && target.indexOf('%') < 0
                && target.indexOf('+') < 0
                && target.indexOf('#') < 0
                && !target.contains("?=")
                && !target.contains("&=");
        if (isPlain) {
            return new Query(target, null);
        }
        QueryStringDecoder decoder = new QueryStringDecoder(target, StandardCharsets.UTF_8, true, MAX_PARAMETERS, true);
        decoder.path();
        decoder.parameters();
        return new Query(target, decoder);
    }

    /** The path, decoded. */
    String path() {
        return decoder == null ? target.substring(0, pathEnd) : decoder.path();
    }

    /** The first parameter of a name, decoded; null when there is none. */
    @Nullable String first(String name) {
        if (decoder != null) {
            @Nullable List<String> values = decoder.parameters().get(name);
            return values == null ? null : values.get(0);
        }
        int at = find(name, pathEnd);
        return at < 0 ? null : value(at, name);
    }

    /** All parameters of a name, decoded, in their order. Immutable. */
    List<String> all(String name) {
        if (decoder != null) {
            return List.copyOf(decoder.parameters().getOrDefault(name, List.of()));
        }
        int at = find(name, pathEnd);
        if (at < 0) {
            return List.of();
        }
        int next = find(name, at);
        if (next < 0) {
            return List.of(value(at, name));
        }
        List<String> values = new ArrayList<>();
        for (; at >= 0; at = find(name, at)) {
            values.add(value(at, name));
        }
        return List.copyOf(values);
    }

    /** All parameters, decoded. */
    Map<String, List<String>> parameters() {
        if (decoder != null) {
            return decoder.parameters();
        }
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (int begin = pathEnd + 1; begin < target.length(); begin = end(begin) + 1) {
            int nameEnd = nameEnd(begin);
            if (end(begin) > begin) {
                String name = target.substring(begin, nameEnd);
                parameters.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value(begin, name));
            }
        }
        return parameters;
    }

    /** Where the next parameter of a name begins after a parameter, or after the path; negative for nowhere. */
    private int find(String name, int after) {
        int begin = after == pathEnd ? pathEnd + 1 : end(after) + 1;
        while (begin < target.length()) {
            int end = end(begin);
            if (target.startsWith(name, begin)) {
                int nameEnd = begin + name.length();
                if (nameEnd == end || (nameEnd < end && target.charAt(nameEnd) == '=')) {
                    return begin;
                }
            }
            begin = end + 1;
        }
        return -1;
    }

    /** Where the name of a parameter ends that begins somewhere. */
    private int nameEnd(int begin) {
        int equals = target.indexOf('=', begin);
        int end = end(begin);
        return equals < 0 || equals > end ? end : equals;
    }

    /** The value of a parameter of a name that begins somewhere. */
    private String value(int begin, String name) {
        return target.substring(Math.min(begin + name.length() + 1, end(begin)), end(begin));
    }

    /** Where a parameter ends that begins somewhere. */
    private int end(int begin) {
        int next = target.indexOf('&', begin);
        return next < 0 ? target.length() : next;
    }
}
