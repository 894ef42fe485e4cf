// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Sample;
import io.wherry.benchmarks.server.Payload;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A server that publishes to subscribers, who only listen: as fast as it can, or at a rate. */
final class Broadcast implements Trial {

    /** How many batches are on their way at most: there is always something to be sent, and a bound for what waits. */
    private static final int BATCHES_AHEAD = 4;

    /** Whatever compression there is. */
    private static final List<String> ACCEPTING = List.of(
            "Accept-Encoding: gzip",
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover");

    private final Plan plan;
    private final ServerProcess server;
    private final Contestant contestant;
    private final String transport;
    private final boolean isPassing;
    private @Nullable Swarm swarm;
    private Tally tally;

    /**
     * How a broadcast is done.
     *
     * @param audience who gets it
     * @param bytes the length of each payload
     * @param batch how many messages are published at once
     * @param perSecond how many messages in a second; 0 for as many as can be
     * @param threads how many threads publish
     */
    record Plan(Audience audience, int bytes, int batch, int perSecond, int threads) {

        boolean isTimed() {
            return perSecond > 0 && bytes >= Payload.TIMED;
        }
    }

    /**
     * Begins.
     *
     * @param isPassing whether connections are closed between two turns, since those of all servers together are too many
     */
    Broadcast(Plan plan, Contestant contestant, String transport, ServerProcess server, boolean isPassing) {
        this.plan = plan;
        this.contestant = contestant;
        this.transport = transport;
        this.server = server;
        this.isPassing = isPassing;
        this.tally = new Tally(plan.audience());
    }

    private Swarm connect() throws IOException, InterruptedException {
        Swarm made = contestant.isSecure() ? new Swarm(SecureWires.make()) : new Swarm();
        List<String> headers = contestant.isCompressed() ? ACCEPTING : List.of();
        if (contestant.streams() > 0) {
            connectStreams(made);
        } else {
            for (List<Integer> topics : plan.audience().subscribers()) {
                made.connect(
                        server.port(),
                        contestant.dialect().subscribe(transport, topics, headers),
                        answer -> receiver(made, answer));
            }
        }
        made.start();
        server.awaitSubscribers(plan.audience().subscriptions());
        tally = new Tally(plan.audience());
        return made;
    }

    private void connectStreams(Swarm made) throws IOException {
        int subscribers = plan.audience().subscribers().size();
        String target = WherryDialect.target(transport, contestant.dialect());
        for (int first = 0; first < subscribers; first += contestant.streams()) {
            int streams = Math.min(contestant.streams(), subscribers - first);
            made.connect(
                    server.port(),
                    Handshake.none().then(Http2Frames.open(Collections.nCopies(streams, target))),
                    answer -> new Http2Subscriber(made, streams, plan.bytes(), plan.isTimed()));
        }
    }

    private Receiver receiver(Swarm made, String answer) {
        if (contestant.isCompressed()) {
            boolean isFirst = made.peers().isEmpty();
            return new CompressedSubscriber(made, transport, answer, plan.bytes(), isFirst);
        }
        return new Subscriber(made, plan.bytes(), plan.isTimed() ? Subscriber.Count.DELAYS : Subscriber.Count.NUMBER);
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
        long before = tally.deliveries();
        swarm.ask((peer, wire) -> ((Receiver) peer).begin());
        swarm.endAsking();
        swarm.takeDelays();
        Meter meter = new Meter(server, swarm);
        if (plan.perSecond() > 0) {
            int count = Math.max(1, Math.toIntExact(plan.perSecond() * nanos / TimeUnit.SECONDS.toNanos(1)));
            server.publishAtRate(count, plan.bytes(), tally.published(), plan.perSecond());
            tally.publish(count);
        } else {
            publish(swarm, meter, nanos);
        }
        swarm.await(tally.deliveries());
        Sample sample = meter.stop(tally.deliveries() - before, plan.isTimed() ? swarm.takeDelays() : null);
        check(swarm);
        return sample;
    }

    private void publish(Swarm swarm, Meter meter, long nanos)
            throws IOException, InterruptedException, TimeoutException {
        ArrayDeque<Long> ahead = new ArrayDeque<>();
        while (meter.elapsed() < nanos) {
            server.publish(plan.batch(), plan.bytes(), tally.published(), plan.threads());
            tally.publish(plan.batch());
            ahead.add(tally.deliveries());
            if (ahead.size() == BATCHES_AHEAD) {
                swarm.await(Objects.requireNonNull(ahead.poll()));
            }
        }
    }

    /** While nothing is on its way: each has received exactly what was published, and those who read the same, the same bytes. */
    private void check(Swarm swarm) {
        long digest = ((Receiver) swarm.peers().get(0)).digest();
        int i = 0;
        for (Swarm.Peer peer : swarm.peers()) {
            Receiver receiver = (Receiver) peer;
            long expected = tally.of(i) * receiver.subscribers();
            if (receiver.received() != expected) {
                throw new IllegalStateException("subscriber " + i + " has received " + receiver.received()
                        + " messages (expected: " + expected + ")");
            }
            if (receiver.digest() != digest) {
                throw new IllegalStateException("subscriber " + i + " has received other bytes than the first");
            }
            i += receiver.subscribers();
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
