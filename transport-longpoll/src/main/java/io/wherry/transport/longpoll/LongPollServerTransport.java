// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import io.netty.handler.codec.http.HttpMethod;
import io.wherry.config.Config;
import io.wherry.spi.ServerContext;
import io.wherry.spi.ServerTransport;
import io.wherry.transport.http.HttpPort;
import io.wherry.transport.http.PollConnection;
import io.wherry.transport.http.ReadingRequest;
import java.time.Duration;
import java.util.Set;

/** The server half: each GET is answered when there is news, or when its hold time is over. Thread-safe. */
final class LongPollServerTransport implements ServerTransport {

    private final Duration hold;

    LongPollServerTransport(Config config) {
        this.hold = LongPollKeys.hold(config);
    }

    @Override
    public void install(ServerContext context) {
        HttpPort.of(context)
                .route(
                        LongPollTransport.NAME,
                        Set.of(HttpMethod.GET),
                        exchange -> PollConnection.answer(
                                exchange, LongPollTransport.NAME, ReadingRequest.of(exchange), hold));
    }
}
