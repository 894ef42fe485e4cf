// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import io.wherry.benchmarks.server.Payload;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that publishes to subscribers, who only listen: as fast as it can, or at a rate. */
final class Broadcast implements Trial {

    /** How many batches are on their way at most: there is always something to be sent, and a bound for what waits. */
    private static final int BATCHES_AHEAD = 4;

    private final Plan plan;
    private final ServerProcess server;
    private final Swarm swarm;
    private long published;

    /**
     * How a broadcast is done.
     *
     * @param subscribers their number
     * @param bytes the length of each payload
     * @param batch how many messages are published at once
     * @param perSecond how many messages in a second; 0 for as many as can be
     * @param threads how many threads publish
     */
    record Plan(int subscribers, int bytes, int batch, int perSecond, int threads) {

        boolean isTimed() {
            return perSecond > 0 && bytes >= Payload.TIMED;
        }
    }

    Broadcast(Plan plan, Dialect dialect, String transport, List<String> headers, ServerProcess server)
            throws IOException, InterruptedException {
        this.plan = plan;
        this.server = server;
        this.swarm = new Swarm();
        for (int i = 0; i < plan.subscribers(); i++) {
            swarm.connect(
                    server.port(),
                    dialect.subscribe(transport, Dialect.topics(1), headers),
                    new Subscriber(swarm, plan.bytes(), plan.isTimed()));
        }
        swarm.start();
        server.awaitSubscribers(plan.subscribers());
    }

    @Override
    public String version() {
        return server.version();
    }

    @Override
    public Sample run(long nanos) throws IOException, InterruptedException, TimeoutException {
        long before = published;
        swarm.takeDelays();
        Meter meter = new Meter(server);
        if (plan.perSecond() > 0) {
            int count = Math.max(1, Math.toIntExact(plan.perSecond() * nanos / TimeUnit.SECONDS.toNanos(1)));
            server.publishAtRate(count, plan.bytes(), 1, plan.perSecond());
            published += count;
        } else {
            while (meter.elapsed() < nanos) {
                server.publish(plan.batch(), plan.bytes(), 1, plan.threads());
                published += plan.batch();
                long ahead = (long) plan.batch() * (BATCHES_AHEAD - 1);
                swarm.await(Math.max(0, published - ahead) * plan.subscribers());
            }
        }
        swarm.await(published * plan.subscribers());
        Sample sample =
                meter.stop((published - before) * plan.subscribers(), plan.isTimed() ? swarm.takeDelays() : null);
        check();
        return sample;
    }

    /** While nothing is on its way: each has received exactly what was published. */
    private void check() {
        for (Swarm.Peer peer : swarm.peers()) {
            long count = ((Subscriber) peer).marks().count();
            if (count != published) {
                throw new IllegalStateException(
                        "a subscriber has received " + count + " messages (expected: " + published + ")");
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        swarm.close();
    }
}
