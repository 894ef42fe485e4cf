// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which web pages may talk to a server (RFC 6454; the Fetch standard's CORS protocol). Immutable. */
final class Origins {

    private static final String EXPOSED = "Wherry-Position, Wherry-Gap, ETag";

    private final Set<String> listed;
    private final boolean any;
    private final boolean credentials;

    /**
     * Allows what is listed.
     *
     * @param credentials whether pages of the listed origins may send cookies
     */
    Origins(List<String> allowed, boolean credentials) {
        this.any = allowed.contains("*");
        this.credentials = credentials;
        this.listed = allowed.stream().map(Origins::normalize).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a request may be served: it comes from no web page, from one of this server, or from one that is allowed. */
    boolean allows(HttpHeaders request) {
        @Nullable String origin = request.get(HttpHeaderNames.ORIGIN);
        return origin == null || any || listed.contains(normalize(origin)) || isSame(origin, request);
    }

    /**
     * Whether a request is a page's of another site that has loaded this server's answer as something else, such as an image or a
     * script: that sends no origin, and is nothing that a reader does (Fetch Metadata).
     */
    boolean isForeignLoad(HttpHeaders request) {
        @Nullable String site = request.get("sec-fetch-site");
        return !any
                && site != null
                && !request.contains(HttpHeaderNames.ORIGIN)
                && (site.equals("cross-site") || site.equals("same-site"))
                && "no-cors".equals(request.get("sec-fetch-mode"));
    }

    /**
     * Whether the cookies of a request may say who it is: a browser sends them with whatever a page asks for, also with a WebSocket
     * and with requests whose answers the page cannot read.
     */
    boolean trustsCookies(HttpHeaders request) {
        @Nullable String origin = request.get(HttpHeaderNames.ORIGIN);
        return origin == null || isSame(origin, request) || (credentials && listed.contains(normalize(origin)));
    }

    /** Adds that an answer to a page of another origin may be another one. */
    static void addVary(HttpHeaders response) {
        response.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }

    /** Adds what lets the page of another origin read the answer. */
    void expose(HttpHeaders request, HttpHeaders response) {
        addVary(response);
        @Nullable String origin = request.get(HttpHeaderNames.ORIGIN);
        if (origin == null || !allows(request)) {
            return;
        }
        response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        if (trustsCookies(request)) {
            response.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
    }

    private static boolean isSame(String origin, HttpHeaders request) {
        @Nullable String host = request.get(HttpHeaderNames.HOST);
        int schemeEnd = origin.indexOf("://");
        if (host == null || schemeEnd < 0) {
            return false;
        }
        String normalized = normalize(origin);
        return normalized.equals(normalize(origin.substring(0, schemeEnd) + "://" + host));
    }

    /** In lower case, without the port that goes without saying. */
    private static String normalize(String origin) {
        String lower = origin.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http://") && lower.endsWith(":80")) {
            return lower.substring(0, lower.length() - 3);
        }
        if (lower.startsWith("https://") && lower.endsWith(":443")) {
            return lower.substring(0, lower.length() - 4);
        }
        return lower;
    }
}
