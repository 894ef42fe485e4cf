// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that is asked, over connections that each have so many questions on their way. */
final class RoundTrips implements Trial {

    private final Plan plan;
    private final ServerProcess server;
    private final Swarm swarm;

    /**
     * How it is asked.
     *
     * @param connections their number
     * @param outstanding how many questions of each are on their way
     * @param bytes the length of each payload
     */
    record Plan(int connections, int outstanding, int bytes) {}

    RoundTrips(Plan plan, Dialect dialect, String transport, ServerProcess server) throws IOException {
        this.plan = plan;
        this.server = server;
        this.swarm = new Swarm();
        for (int i = 0; i < plan.connections(); i++) {
            swarm.connect(
                    server.port(),
                    dialect.talk(transport),
                    answer -> dialect.asker(swarm, transport, answer, plan.bytes()));
        }
        swarm.start();
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
        swarm.ask((peer, socket) -> ((Asker) peer).begin(socket, plan.outstanding()));
        TimeUnit.NANOSECONDS.sleep(nanos);
        swarm.endAsking();
        return meter.stop(swarm.received() - before, swarm.takeDelays());
    }

    @Override
    public void close() throws IOException {
        server.close();
        swarm.close();
    }
}
