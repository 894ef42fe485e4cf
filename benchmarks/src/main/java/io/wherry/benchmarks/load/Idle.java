// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Footprint;
import io.wherry.benchmarks.measure.Sample;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Connections that are opened, and then do nothing: what each of them costs, and what it holds. Each turn has a server of its own. */
final class Idle implements Trial {

    private static final long SETTLING_MILLIS = 1500;

    private final int connections;
    private final Dialect dialect;
    private final String transport;
    private final Starter starter;
    private String version = "";

    Idle(int connections, Dialect dialect, String transport, Starter starter) {
        this.connections = connections;
        this.dialect = dialect;
        this.transport = transport;
        this.starter = starter;
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public Sample run(long nanos) throws IOException, InterruptedException, TimeoutException {
        Handshake handshake = dialect.subscribe(transport, Dialect.topics(1), List.of());
        try (ServerProcess server = starter.start()) {
            version = server.version();
            try (Swarm first = new Swarm()) { // Classes are loaded, and arenas made, by the first ones.
                for (int i = 0; i < Math.min(connections, 1000); i++) {
                    first.connect(server.port(), handshake, answer -> (in, wire) -> in.position(in.limit()));
                }
                first.start();
                server.awaitSubscribers(Math.min(connections, 1000));
            }
            server.awaitSubscribers(0);
            TimeUnit.MILLISECONDS.sleep(2 * SETTLING_MILLIS);
            Footprint before = server.memory();
            try (Swarm swarm = new Swarm()) {
                Meter meter = new Meter(server, swarm);
                for (int i = 0; i < connections; i++) {
                    swarm.connect(server.port(), handshake, answer -> (in, wire) -> in.position(in.limit()));
                }
                swarm.start();
                server.awaitSubscribers(connections);
                Sample sample = meter.stop(connections, null);
                TimeUnit.MILLISECONDS.sleep(SETTLING_MILLIS);
                return sample.with(server.memory().minus(before).each(connections));
            }
        }
    }

    @Override
    public boolean needsWarmUp() {
        return false;
    }

    @Override
    public void close() {
        // Each turn closes its own.
    }
}
