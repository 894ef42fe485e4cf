// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** Serves one {@link WebContent}, in gzip to those who like that as much, where it is there in gzip. Immutable. */
final class ContentRoute implements HttpRoute {

    private final WebContent plain;
    private final @Nullable WebContent gzipped;

    ContentRoute(WebContent plain, @Nullable WebContent gzipped) {
        this.plain = plain;
        this.gzipped = gzipped;
    }

    @Override
    public void handle(HttpExchange exchange) {
        WebContent content = plain;
        HttpHeaders headers = HttpExchange.newHeaders(plain.mediaType());
        if (gzipped != null) {
            headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
            if (AcceptEncoding.prefersGzip(exchange.headers())) {
                content = gzipped;
                headers.set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
            }
        }
        headers.set(HttpHeaderNames.ETAG, content.etag());
        content.headers().forEach(headers::set);
        if (exchange.hasTag(content.etag())) {
            exchange.respond(HttpResponseStatus.NOT_MODIFIED, headers, Unpooled.EMPTY_BUFFER);
        } else {
            exchange.respond(HttpResponseStatus.OK, headers, Unpooled.wrappedBuffer(content.bytes()));
        }
    }
}
