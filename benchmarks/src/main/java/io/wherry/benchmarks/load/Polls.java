// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that is polled: at once, with nothing new, or with polls that wait for a message, which is published when all wait. */
final class Polls implements Trial {

    private static final int BYTES = 128;

    private final int connections;
    private final boolean isLong;
    private final ServerProcess server;
    private final Swarm swarm;

    /**
     * Begins.
     *
     * @param hasTag whether polls have an entity tag, so that nothing new is 304
     */
    Polls(int connections, Contestant contestant, String transport, boolean hasTag, ServerProcess server)
            throws IOException, InterruptedException {
        this.connections = connections;
        this.isLong = transport.equals("longpoll");
        this.server = server;
        this.swarm = new Swarm();
        server.publish(1, BYTES, 1, 1); // So that there is a position.
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
            swarm.ask((peer, socket) -> ((Asker) peer).begin(socket, 1));
            server.awaitSubscribers(connections);
        }
    }

    @Override
    public String version() {
        return server.version();
    }

    @Override
    public Sample run(long nanos) throws IOException, InterruptedException, TimeoutException {
        long before = swarm.received();
        swarm.takeDelays();
        Meter meter = new Meter(server);
        if (isLong) {
            for (long due = before + connections; meter.elapsed() < nanos; due += connections) {
                server.publish(1, BYTES, 1, 1);
                swarm.await(due);
            }
        } else {
            swarm.ask((peer, socket) -> ((Asker) peer).begin(socket, 1));
            TimeUnit.NANOSECONDS.sleep(nanos);
            swarm.endAsking();
        }
        return meter.stop(swarm.received() - before, swarm.takeDelays());
    }

    @Override
    public void close() throws IOException {
        server.close();
        swarm.close();
    }
}
