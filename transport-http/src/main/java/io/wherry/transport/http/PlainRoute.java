// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import io.wherry.spi.ServerContext;
import java.time.Duration;

/** Answers {@code /wherry/http}: single requests, polls, and the POSTs by which clients send. Immutable. */
final class PlainRoute implements HttpRoute {

    private final ServerContext context;

    PlainRoute(ServerContext context) {
        this.context = context;
    }

    @Override
    public void handle(HttpExchange exchange) {
        ReadingRequest request = ReadingRequest.of(exchange.handshake());
        if (exchange.method().equals(HttpMethod.POST)) {
            throw new UnsupportedOperationException(context.toString());
        }
        PollConnection.answer(exchange, HttpTransport.NAME, request, Duration.ZERO);
    }
}
