// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.wherry.Position;
import io.wherry.spi.Target;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request that a client makes. It must be repeatable: it is sent again when a kept-alive connection turns out to have been closed,
 * or the server has not looked at it.
 *
 * @param method the method
 * @param uri where to
 * @param headers the headers, but for {@code Host} and what says how long the body is
 * @param body the body, empty for none; lent until the request is answered or has failed, and unpooled
 * @param timeout how long to wait for the answer: all of it, or the head of a stream
 */
public record HttpClientRequest(HttpMethod method, URI uri, HttpHeaders headers, ByteBuf body, Duration timeout) {

    /** A GET with a target's headers. */
    public static HttpClientRequest get(Target target, URI uri, Duration timeout) {
        return new HttpClientRequest(HttpMethod.GET, uri, headers(target), Unpooled.EMPTY_BUFFER, timeout);
    }

    /** A POST with a target's headers. */
    static HttpClientRequest post(Target target, URI uri, String contentType, ByteBuf body, Duration timeout) {
        HttpHeaders headers = headers(target).set(HttpHeaderNames.CONTENT_TYPE, contentType);
        return new HttpClientRequest(HttpMethod.POST, uri, headers, body, timeout);
    }

    /** Headers with those of a target in them. */
    public static HttpHeaders headers(Target target) {
        HttpHeaders headers = DefaultHttpHeadersFactory.headersFactory().newHeaders();
        target.headers().get().forEach(headers::set);
        return headers;
    }

    /**
     * Where a connection of a channel begins: {@code <uri>/<transport>?protocol=wherry.v1} with the target's channel and its
     * position.
     */
    public static URI opening(Target target, String transport) {
        StringBuilder query = new StringBuilder("?protocol=").append(ReadingRequest.PROTOCOL);
        if (target.channelId() != null) {
            query.append("&channel=").append(encode(target.channelId()));
        }
        query.append("&connection=").append(target.connection());
        if (target.standby()) {
            query.append("&standby=true");
        }
        return resolve(target, transport, query, target.after());
    }

    /** A URI with one more parameter in its query, which it must have. */
    public static URI with(URI uri, String name, String value) {
        return URI.create(uri + "&" + name + "=" + encode(value));
    }

    /** Where a channel goes on, for the second and later requests of a connection. */
    public static URI going(Target target, String transport, String channelId, @Nullable Position after) {
        StringBuilder query = new StringBuilder("?channel=").append(encode(channelId));
        query.append("&connection=").append(target.connection());
        return resolve(target, transport, query, after);
    }

    private static URI resolve(Target target, String transport, StringBuilder query, @Nullable Position after) {
        if (after != null) {
            query.append("&after=").append(after);
        }
        String base = target.uri().toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + transport + query);
    }

    /** A value as it stands in a query. */
    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
