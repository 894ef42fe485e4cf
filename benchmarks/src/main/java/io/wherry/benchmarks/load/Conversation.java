// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that is asked by connections which stay. A turn is over when all has been answered. */
abstract class Conversation implements Trial {

    private final ServerProcess server;
    private final Swarm swarm;

    /** For a server that runs, and connections that a subclass opens. */
    Conversation(ServerProcess server, Swarm swarm) {
        this.server = server;
        this.swarm = swarm;
    }

    /** What is done in a turn. */
    abstract void converse(Meter meter, long nanos) throws IOException, InterruptedException, TimeoutException;

    /** Lets each connection ask so many questions, and one more for each answer, for a while. */
    final void ask(int outstanding, long nanos) throws IOException, InterruptedException, TimeoutException {
        swarm.ask((peer, wire) -> {
            if (peer instanceof Asker asker) { // Others are ways up of one that asks.
                asker.begin(wire, outstanding);
            }
        });
        TimeUnit.NANOSECONDS.sleep(nanos);
        swarm.endAsking();
    }

    final ServerProcess server() {
        return server;
    }

    final Swarm swarm() {
        return swarm;
    }

    @Override
    public final String version() {
        return server.version();
    }

    @Override
    public final Sample run(long nanos) throws IOException, InterruptedException, TimeoutException {
        long before = swarm.received();
        swarm.takeDelays();
        Meter meter = new Meter(server, swarm);
        converse(meter, nanos);
        return meter.stop(swarm.received() - before, swarm.takeDelays());
    }

    @Override
    public final void close() throws IOException {
        server.close();
        swarm.close();
    }
}
