// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Settings;
import io.wherry.testkit.TestCertificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Makes cases of each kind of load. Immutable. */
final class Cases {

    static final int BYTES = 128;

    /** How many messages are published at once. */
    static final int BATCH = 16;

    /** From so many subscribers of each server on there are not enough files for those of all servers. */
    private static final int FEW = 5000;

    private static final int DELIVERIES_A_SECOND = 20_000;
    private static final String MAX_COUNT = "wherry.topic.max-count";

    private final BiFunction<Contestant, Settings, Starter> servers;
    private final int subscribers;

    /**
     * Makes them.
     *
     * @param subscribers how many at most, whatever a workload's name says
     */
    Cases(BiFunction<Contestant, Settings, Starter> servers, int subscribers) {
        this.servers = servers;
        this.subscribers = subscribers;
    }

    private int many(int wanted) {
        return Math.min(wanted, subscribers);
    }

    private Starter server(Contestant contestant, Settings settings) {
        return servers.apply(contestant, contestant.isSecure() ? settings.with(Settings.TLS, certificate()) : settings);
    }

    private static String certificate() {
        TestCertificate certificate = SecureWires.certificate();
        return certificate.certificate() + ":" + certificate.key();
    }

    /** Settings of a server whose channels end with their connections. */
    private static Settings forgetful(Settings settings) {
        return settings.with("wherry.resume-window", "1s");
    }

    /** Messages for everybody, published as fast as it goes by so many threads. */
    Case broadcast(String workload, String transport, int count, int bytes, int threads, List<Contestant> contestants) {
        Broadcast.Plan plan = new Broadcast.Plan(Audience.ofOne(many(count)), bytes, BATCH, 0, threads);
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers, %,d bytes, as fast as it goes, %d published at once from %s",
                many(count),
                bytes,
                BATCH,
                threads == 1 ? "one thread" : threads + " threads");
        return broadcast(workload, transport, about, contestants, contestant -> plan, Map.of());
    }

    /** Messages for everybody, as many in a second as make 20,000 deliveries. */
    Case rate(String workload, String transport, int count, List<Contestant> contestants) {
        Audience audience = Audience.ofOne(many(count));
        Broadcast.Plan plan = new Broadcast.Plan(audience, BYTES, BATCH, DELIVERIES_A_SECOND / count, 1);
        String about = String.format(
                Locale.ROOT, "%,d subscribers, %d bytes, %d messages a second", many(count), BYTES, plan.perSecond());
        return broadcast(workload, transport, about, contestants, contestant -> plan, Map.of());
    }

    /** As {@link #broadcast}, in TLS and without. */
    Case secureBroadcast(String workload, String transport) {
        Broadcast.Plan plan = new Broadcast.Plan(Audience.ofOne(many(1000)), BYTES, BATCH, 0, 1);
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers, %d bytes, as fast as it goes, %d published at once, in TLS 1.3 (of the Java runtime) and,"
                        + " `-clear`, without",
                many(1000),
                BYTES,
                BATCH);
        return broadcast(workload, transport, about, Contestant.SECURE, contestant -> plan, Map.of());
    }

    /** JSON for everybody, compressed and as it is. */
    Case compressed(String workload, String transport, int count) {
        Broadcast.Plan plan = new Broadcast.Plan(Audience.ofOne(many(count)), 1024, BATCH, 0, 1);
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers, 1,024 bytes of JSON, as fast as it goes, %d published at once, compressed by %s and, `-as-is`, not",
                many(count),
                BATCH,
                transport.equals("websocket") ? "permessage-deflate" : "gzip");
        return broadcast(
                workload,
                transport,
                about,
                Contestant.COMPRESSED,
                contestant -> plan,
                Map.of(Settings.PAYLOAD, "json"));
    }

    /** A topic for each subscriber, published to in turn. */
    Case topicEach(String workload, String transport, int count) {
        Audience audience = Audience.ofOneEach(many(count));
        Broadcast.Plan plan = new Broadcast.Plan(audience, BYTES, Math.min(1000, many(count)), 0, 1);
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers, each with a topic of its own, %d bytes, to the topics in turn, %,d published at once",
                many(count),
                BYTES,
                plan.batch());
        return broadcast(workload, transport, about, Contestant.OURS, contestant -> plan, Map.of(MAX_COUNT, "16"));
    }

    /** A few subscribers with a thousand topics each. */
    Case manyTopics(String workload, String transport) {
        int count = many(10);
        Broadcast.Plan plan = new Broadcast.Plan(Audience.ofMany(count, 1000, 100), BYTES, BATCH, 0, 1);
        String about = String.format(
                Locale.ROOT,
                "%d subscribers with 1,000 topics each, of which each shares 900 with the next, %d bytes, to all %,d topics in turn,"
                        + " %d published at once",
                count,
                BYTES,
                plan.audience().topics(),
                BATCH);
        return broadcast(workload, transport, about, Contestant.OURS, contestant -> plan, Map.of(MAX_COUNT, "64"));
    }

    /** Subscribers of a topic, beside one other topic and beside many. */
    Case besideTopics(String workload, String transport, int others) {
        int count = many(1000);
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers of a topic, %d bytes, %d published at once: each second message goes to that topic, those between to one"
                        + " other (or, `-%d`, to %,d others in turn), which one more subscriber reads",
                count,
                BYTES,
                BATCH,
                others,
                others);
        return broadcast(
                workload,
                transport,
                about,
                Contestant.beside(others),
                contestant -> new Broadcast.Plan(Audience.beside(count, contestant.others()), BYTES, BATCH, 0, 1),
                Map.of());
    }

    /** Bare Netty alone: what waits is written message by message, or joined to buffers first. */
    Case joining(String workload, String transport, int count, int bytes) {
        Broadcast.Plan plan = new Broadcast.Plan(Audience.ofOne(many(count)), bytes, BATCH, 0, 1);
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers, %,d bytes, as fast as it goes, %d published at once: each written by itself, or copied to buffers"
                        + " of so many KiB",
                many(count),
                bytes,
                BATCH);
        return broadcast(workload, transport, about, Contestant.JOINING, contestant -> plan, Map.of());
    }

    private Case broadcast(
            String workload,
            String transport,
            String about,
            List<Contestant> contestants,
            Function<Contestant, Broadcast.Plan> plans,
            Map<String, String> settings) {
        return new Case(workload, transport, about, "deliveries", contestants, contestant -> {
            Broadcast.Plan plan = plans.apply(contestant);
            boolean isPassing = plan.audience().subscribers().size() >= FEW;
            Settings all = plan.audience().settings(Settings.of(transport).with(settings));
            return new Broadcast(
                    plan,
                    contestant,
                    transport,
                    server(contestant, isPassing ? forgetful(all) : all).start(),
                    isPassing);
        });
    }

    /** Questions and answers. */
    Case roundTrips(String workload, String transport, int outstanding, List<Contestant> contestants) {
        RoundTrips.Plan plan = new RoundTrips.Plan(many(50), outstanding, BYTES);
        String about = String.format(
                Locale.ROOT,
                "%d connections, each with %d outstanding, %d bytes there and back",
                plan.connections(),
                outstanding,
                BYTES);
        return new Case(
                workload,
                transport,
                about,
                "round trips",
                contestants,
                contestant -> new RoundTrips(
                        plan,
                        contestant,
                        transport,
                        server(contestant, Settings.of(transport)).start()));
    }

    /** Polls that are answered at once, with nothing, or that wait. */
    Case polls(String workload, String transport, int count, boolean hasTag) {
        String about = transport.equals("longpoll")
                ? String.format(Locale.ROOT, "%,d polls wait for a message of %d bytes", many(count), BYTES)
                : many(count) + " connections that poll again and again, with nothing new";
        return new Case(
                workload,
                transport,
                about,
                "polls",
                Contestant.OURS,
                contestant -> new Polls(
                        many(count),
                        contestant,
                        transport,
                        hasTag,
                        server(contestant, Settings.of(transport)).start()));
    }

    /** Messages for everybody over HTTP/2: as fast as it goes, or as many in a second as make 20,000 deliveries. */
    Case http2Broadcast(String workload, String transport, int count, boolean isAtRate) {
        int perSecond = isAtRate ? DELIVERIES_A_SECOND / count : 0;
        Broadcast.Plan plan = new Broadcast.Plan(Audience.ofOne(many(count)), BYTES, BATCH, perSecond, 1);
        String about = String.format(
                Locale.ROOT,
                "%,d streams of HTTP/2 in clear, 10 to a connection, %d bytes, %s",
                many(count),
                BYTES,
                isAtRate ? perSecond + " messages a second" : "as fast as it goes, " + BATCH + " published at once");
        return broadcast(workload, transport, about, Contestant.HTTP2, contestant -> plan, Map.of());
    }

    /** Polls that are answered at once, with nothing, on streams of HTTP/2. */
    Case http2Polls(String workload, int count, boolean hasTag) {
        String about = String.format(
                Locale.ROOT,
                "%d connections of HTTP/2 in clear, with 10 polls at a time on each, with nothing new",
                many(count));
        return new Case(
                workload,
                "http",
                about,
                "polls",
                Contestant.HTTP2,
                contestant -> new Http2Polls(
                        many(count),
                        contestant,
                        hasTag,
                        server(contestant, Settings.of("http")).start()));
    }

    /** Connections that do nothing, to a server that has had its garbage, or to one that has not. */
    Case idle(String workload, String transport, int count, boolean isFresh) {
        String about = String.format(
                Locale.ROOT,
                "%,d connections are opened %sand do nothing",
                many(count),
                isFresh ? "to a server that has just been started " : "");
        return new Case(
                workload,
                transport,
                about,
                "connections",
                Contestant.OURS,
                contestant -> new Idle(
                        many(count),
                        contestant.dialect(),
                        transport,
                        server(contestant, forgetful(Settings.of(transport))),
                        isFresh));
    }
}
