// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.time.Duration;

/**
 * Answers the POSTs by which the clients of all HTTP transports send, on a server that does not have the transport {@code
 * http} itself. Immutable.
 */
final class UplinkRoute implements HttpRoute {

    private final Duration replyHold;

    UplinkRoute(Duration replyHold) {
        this.replyHold = replyHold;
    }

    @Override
    public void handle(HttpExchange exchange) {
        ReadingRequest request = ReadingRequest.of(exchange);
        if (request.channelId() == null) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "channel: none (expected: channel=ID; anything else needs the server's transport http)");
        }
        UplinkAnswer.begin(exchange, request, request.channelId(), replyHold);
    }
}
