// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import io.wherry.spi.ServerContext;
import io.wherry.spi.ServerTransport;
import java.util.Map;
import java.util.Set;

/** The server half. Immutable. */
final class HttpServerTransport implements ServerTransport {

    private final Map<String, WebContent> content;

    HttpServerTransport(Map<String, WebContent> content) {
        this.content = content;
    }

    @Override
    public void install(ServerContext context) {
        HttpPort port = HttpPort.of(context);
        port.route(HttpTransport.NAME, Set.of(HttpMethod.GET, HttpMethod.POST), new PlainRoute(context));
        content.forEach(port::content);
    }
}
