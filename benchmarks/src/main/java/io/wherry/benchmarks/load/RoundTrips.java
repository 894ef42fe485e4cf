// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** A server that is asked, over connections that each have so many questions on their way. */
final class RoundTrips extends Conversation {

    private final Plan plan;

    /**
     * How it is asked.
     *
     * @param connections their number
     * @param outstanding how many questions of each are on their way
     * @param bytes the length of each payload
     */
    record Plan(int connections, int outstanding, int bytes) {}

    RoundTrips(Plan plan, Contestant contestant, String transport, ServerProcess server) throws IOException {
        super(server, contestant.isSecure() ? new Swarm(SecureWires.make()) : new Swarm());
        this.plan = plan;
        Dialect dialect = contestant.dialect();
        for (int i = 0; i < plan.connections(); i++) {
            swarm().connect(
                            server.port(),
                            dialect.talk(transport),
                            answer -> dialect.asker(swarm(), transport, answer, plan.bytes()));
            if (swarm().peers().get(swarm().peers().size() - 1) instanceof StreamAsker asker) {
                asker.post(swarm().connect(server.port(), Handshake.none(), answer -> asker.uplink()));
            }
        }
        swarm().start();
    }

    @Override
    void converse(Meter meter, long nanos) throws IOException, InterruptedException, TimeoutException {
        ask(plan.outstanding(), nanos);
    }
}
