// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import io.wherry.benchmarks.server.Payload;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A server that publishes to subscribers, who only listen: as fast as it can, or at a rate. */
final class Broadcast implements Trial {

    /** How many batches are on their way at most: there is always something to be sent, and a bound for what waits. */
    private static final int BATCHES_AHEAD = 4;

    private final Plan plan;
    private final ServerProcess server;
    private final Handshake handshake;
    private final boolean isPassing;
    private @Nullable Swarm swarm;
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

    /**
     * Begins.
     *
     * @param isPassing whether connections are closed between two turns, since those of all servers together are too many
     */
    Broadcast(
            Plan plan,
            Dialect dialect,
            String transport,
            List<String> headers,
            ServerProcess server,
            boolean isPassing) {
        this.plan = plan;
        this.handshake = dialect.subscribe(transport, Dialect.topics(1), headers);
        this.server = server;
        this.isPassing = isPassing;
    }

    private Swarm connect() throws IOException, InterruptedException {
        Swarm made = new Swarm();
        Subscriber.Count count = plan.isTimed() ? Subscriber.Count.DELAYS : Subscriber.Count.NUMBER;
        for (int i = 0; i < plan.subscribers(); i++) {
            made.connect(server.port(), handshake, answer -> new Subscriber(made, plan.bytes(), count));
        }
        made.start();
        server.awaitSubscribers(plan.subscribers());
        published = 0;
        return made;
    }

    @Override
    public String version() {
        return server.version();
    }

    @Override
    public Sample run(long nanos) throws IOException, InterruptedException, TimeoutException {
        Swarm current = swarm == null ? connect() : swarm;
        swarm = current;
        Sample sample = run(current, nanos);
        if (isPassing) {
            current.close();
            swarm = null;
            server.awaitSubscribers(0);
        }
        return sample;
    }

    private Sample run(Swarm swarm, long nanos) throws IOException, InterruptedException, TimeoutException {
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
        check(swarm);
        return sample;
    }

    /** While nothing is on its way: each has received exactly what was published. */
    private void check(Swarm swarm) {
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
        if (swarm != null) {
            swarm.close();
        }
    }
}
