// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** A server that is polled: at once, with nothing new, or with polls that wait for a message, which is published when all wait. */
final class Polls extends Conversation {

    private static final int BYTES = 128;

    private final int connections;
    private final boolean isLong;

    /**
     * Begins.
     *
     * @param hasTag whether polls have an entity tag, so that nothing new is 304
     */
    Polls(int connections, Contestant contestant, String transport, boolean hasTag, ServerProcess server)
            throws IOException, InterruptedException {
        super(server, new Swarm());
        this.connections = connections;
        this.isLong = transport.equals("longpoll");
        Swarm swarm = swarm();
        server.publish(1, BYTES, 0, 1); // So that there is a position.
        String path = "/wherry/" + transport + "?";
        boolean isChannel = contestant.dialect() == WherryDialect.CHANNEL;
        Handshake begin = isChannel
                ? contestant.dialect().subscribe(transport, Dialect.topics(1), List.of())
                : Handshake.stream(path + "topic=t0&last=1");
        for (int i = 0; i < connections; i++) {
            swarm.connect(server.port(), begin, answer -> {
                String[] welcome =
                        answer.substring(answer.indexOf("\r\n\r\n") + 4).split("[ \n]", 6);
                return isChannel
                        ? new PollAsker(swarm, path + "channel=" + welcome[4], welcome[1], hasTag)
                        : new PollAsker(swarm, path + "topic=t0", HttpReader.header(answer, "Wherry-Position"), hasTag);
            });
        }
        swarm.start();
        if (isLong) {
            swarm.ask((peer, wire) -> ((Asker) peer).begin(wire, 1));
            server.awaitSubscribers(connections);
        }
    }

    @Override
    void converse(Meter meter, long nanos) throws IOException, InterruptedException, TimeoutException {
        if (!isLong) {
            ask(1, nanos);
            return;
        }
        for (long due = swarm().received() + connections; meter.elapsed() < nanos; due += connections) {
            server().publish(1, BYTES, 0, 1);
            swarm().await(due);
        }
    }
}
