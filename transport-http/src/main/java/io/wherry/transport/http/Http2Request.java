// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The head of a request that came on a stream of HTTP/2 (RFC 9113, section 8.3.1), its authority as {@code Host}. */
final class Http2Request extends DefaultHttpRequest {

    private static final HttpVersion VERSION = HttpVersion.valueOf("HTTP/2.0");

    private final @Nullable String protocol;
    private final boolean hasBody;

    private Http2Request(
            String method, String target, HttpHeaders headers, @Nullable String protocol, boolean hasBody) {
        super(VERSION, HttpMethod.valueOf(method), target, headers);
        this.protocol = protocol;
        this.hasBody = hasBody;
    }

    /**
     * Makes a request of what came.
     *
     * @param hasBody whether the stream has not ended with its head
     * @return null when it is malformed
     */
    static @Nullable Http2Request of(Http2Headers head, boolean hasBody) {
        HttpHeaders headers = HttpExchange.newHeaders();
        @Nullable String method = null;
        @Nullable String scheme = null;
        @Nullable String authority = null;
        @Nullable String path = null;
        @Nullable String protocol = null;
        for (Map.Entry<CharSequence, CharSequence> field : head) {
            String name = field.getKey().toString();
            String value = field.getValue().toString();
            @Nullable String before = null;
            switch (name) {
                case ":method" -> {
                    before = method;
                    method = value;
                }
                case ":scheme" -> {
                    before = scheme;
                    scheme = value;
                }
                case ":authority" -> {
                    before = authority;
                    authority = value;
                }
                case ":path" -> {
                    before = path;
                    path = value;
                }
                case ":protocol" -> {
                    before = protocol;
                    protocol = value;
                }
                case "cookie" -> addCookie(headers, value);
                default -> headers.add(name, value);
            }
            if (before != null) {
                return null;
            }
        }
        boolean isConnect = HttpMethod.CONNECT.name().equals(method);
        @Nullable String target = isConnect && protocol == null ? authority : path;
        boolean isComplete = (isConnect && protocol == null) || (scheme != null && isPath(path));
        if (method == null
                || method.isEmpty()
                || target == null
                || !isComplete
                || (protocol != null && !isConnect)
                || !setHost(headers, authority)) {
            return null;
        }
        return new Http2Request(method, target, headers, protocol, hasBody && protocol == null);
    }

    private static boolean isPath(@Nullable String path) {
        return path != null && (path.startsWith("/") || path.equals("*"));
    }

    /** Joins what came in pieces for the sake of compression (RFC 9113, section 8.2.3). */
    private static void addCookie(HttpHeaders headers, String crumb) {
        @Nullable String others = headers.get(HttpHeaderNames.COOKIE);
        headers.set(HttpHeaderNames.COOKIE, others == null ? crumb : others + "; " + crumb);
    }

    /** Whether it is clear which host is meant. */
    private static boolean setHost(HttpHeaders headers, @Nullable String authority) {
        if (authority == null) {
            return true;
        }
        for (String host : headers.getAll(HttpHeaderNames.HOST)) {
            if (!host.equalsIgnoreCase(authority)) {
                return false;
            }
        }
        headers.set(HttpHeaderNames.HOST, authority);
        return true;
    }

    /** What is asked for in place of HTTP by Extended CONNECT (RFC 8441), null for nothing. */
    @Nullable String protocol() {
        return protocol;
    }

    /** Whether content follows. */
    boolean hasBody() {
        return hasBody;
    }
}
