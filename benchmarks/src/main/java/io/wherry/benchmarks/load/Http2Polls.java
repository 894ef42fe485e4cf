// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** A server that is polled on streams of connections of HTTP/2, several at a time on each, and has nothing new. */
final class Http2Polls extends Conversation {

    private static final int BYTES = 128;

    private final int streams;

    /**
     * Begins.
     *
     * @param hasTag whether polls have an entity tag, so that nothing new is 304
     */
    Http2Polls(int connections, Contestant contestant, boolean hasTag, ServerProcess server)
            throws IOException, InterruptedException, TimeoutException {
        super(server, new Swarm());
        streams = contestant.streams();
        Swarm swarm = swarm();
        server.publish(1, BYTES, 0, 1); // So that there is a position.
        boolean isChannel = contestant.dialect() == WherryDialect.CHANNEL;
        Handshake begin = Handshake.none().then(Http2Frames.open(List.of()));
        for (int i = 0; i < connections; i++) {
            swarm.connect(server.port(), begin, answer -> new Http2PollAsker(swarm, isChannel, hasTag));
        }
        swarm.start();
        ask(1, 0);
    }

    @Override
    void converse(Meter meter, long nanos) throws IOException, InterruptedException, TimeoutException {
        ask(streams, nanos);
    }
}
