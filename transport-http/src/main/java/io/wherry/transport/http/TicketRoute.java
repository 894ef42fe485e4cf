// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;

/** Gives a ticket to whoever is let in. Immutable. */
final class TicketRoute implements HttpRoute {

    static final String NAME = "ticket";

    private final Tickets tickets;

    TicketRoute(Tickets tickets) {
        this.tickets = tickets;
    }

    @Override
    public void handle(HttpExchange exchange) {
        String ticket = tickets.issue(exchange.handshake().get());
        exchange.respond(
                HttpResponseStatus.OK,
                HttpExchange.newHeaders("text/plain; charset=utf-8"),
                Unpooled.copiedBuffer(ticket, StandardCharsets.US_ASCII));
    }
}
