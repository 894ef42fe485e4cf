// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Footprint;
import io.wherry.benchmarks.measure.Sample;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Connections that are opened, and then do nothing: what each of them costs, and what it holds. Each turn has a server of its own.
 *
 * <p>The first garbage of a process makes pages of its heap resident, and they stay so. In one that is fresh that is counted for the connections during whose making
 * it happens; in one that is not, it has happened.
 */
final class Idle implements Trial {

    private static final long SETTLING_MILLIS = 1500;
    private static final int AT_A_TIME = 1000;

    private final int connections;
    private final Dialect dialect;
    private final String transport;
    private final Starter starter;
    private final boolean isFresh;
    private String version = "";

    Idle(int connections, Dialect dialect, String transport, Starter starter, boolean isFresh) {
        this.connections = connections;
        this.dialect = dialect;
        this.transport = transport;
        this.starter = starter;
        this.isFresh = isFresh;
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
            // Classes are loaded, code is compiled and arenas are made by others before: by as many, but few at a time,
            // which hold little.
            for (int left = isFresh ? Math.min(connections, AT_A_TIME) : connections; left > 0; left -= AT_A_TIME) {
                passing(server, handshake, Math.min(left, AT_A_TIME));
            }
            TimeUnit.MILLISECONDS.sleep(2 * SETTLING_MILLIS);
            if (!isFresh) {
                server.settle();
            }
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

    /** Some connections come and go. */
    private static void passing(ServerProcess server, Handshake handshake, int count)
            throws IOException, InterruptedException {
        try (Swarm swarm = new Swarm()) {
            for (int i = 0; i < count; i++) {
                swarm.connect(server.port(), handshake, answer -> (in, wire) -> in.position(in.limit()));
            }
            swarm.start();
            server.awaitSubscribers(count);
        }
        server.awaitSubscribers(0);
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
