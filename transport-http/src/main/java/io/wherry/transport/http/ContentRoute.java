// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Serves one {@link WebContent}. Immutable. */
final class ContentRoute implements HttpRoute {

    private final WebContent content;

    ContentRoute(WebContent content) {
        this.content = content;
    }

    @Override
    public void handle(HttpExchange exchange) {
        HttpHeaders headers = HttpExchange.newHeaders(content.mediaType());
        headers.set(HttpHeaderNames.ETAG, content.etag());
        content.headers().forEach(headers::set);
        if (exchange.hasTag(content.etag())) {
            exchange.respond(HttpResponseStatus.NOT_MODIFIED, headers, Unpooled.EMPTY_BUFFER);
        } else {
            exchange.respond(HttpResponseStatus.OK, headers, Unpooled.wrappedBuffer(content.bytes()));
        }
    }
}
