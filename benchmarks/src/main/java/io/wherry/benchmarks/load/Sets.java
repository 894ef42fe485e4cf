// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;

/** The named sets of cases. */
final class Sets {

    private static final String WEBSOCKET = "websocket";
    private static final List<String> STREAMS = List.of(WEBSOCKET, "sse", "comet");
    private static final int BYTES = 128;
    private static final int BATCH = 16;

    /** From so many subscribers of each server on there are not enough files for those of all servers. */
    private static final int FEW = 5000;

    private static final int DELIVERIES_A_SECOND = 20_000;

    private final Map<String, List<Case>> sets = new LinkedHashMap<>();
    private final BiFunction<Contestant, Settings, Starter> servers;
    private final int subscribers;

    /**
     * Makes the cases.
     *
     * @param subscribers how many at most, whatever a workload's name says
     * @param withPeers Wherry, and servers of others
     */
    Sets(BiFunction<Contestant, Settings, Starter> servers, int subscribers, List<Contestant> withPeers) {
        this.servers = servers;
        this.subscribers = subscribers;
        for (String transport : STREAMS) {
            broadcast("broadcast", transport, "broadcast-1k", 1000, BYTES, 0, 1);
            broadcast("broadcast-10k", transport, "broadcast-10k", 10_000, BYTES, 0, 1);
            broadcast("rate", transport, "rate-1k", 1000, BYTES, DELIVERIES_A_SECOND / 1000, 1);
            broadcast("rate-10k", transport, "rate-10k", 10_000, BYTES, DELIVERIES_A_SECOND / 10_000, 1);
            idle("idle", transport, "idle-10k", 10_000);
        }
        idle("idle", WEBSOCKET, "idle-20k", 19_500);
        for (int outstanding : new int[] {1, 16}) {
            roundTrips("round-trips", WEBSOCKET, "round-trips-", outstanding, Contestant.ANSWERING);
            roundTrips("round-trips", "http", "round-trips-", outstanding, Contestant.ANSWERING);
        }
        polls("polls", "http", "poll-304", 100, true);
        polls("polls", "http", "poll-204", 100, false);
        polls("polls", "longpoll", "longpoll-1k", 1000, false);
        for (int bytes : new int[] {16, 1024, 16 * 1024}) {
            for (String transport : STREAMS) {
                broadcast("payloads", transport, "payload-" + bytes, 1000, bytes, 0, 1);
            }
        }
        broadcast("threads", WEBSOCKET, "threads-1", 1000, BYTES, 0, 1);
        broadcast("threads", WEBSOCKET, "threads-8", 1000, BYTES, 0, 8);
        broadcast("peers", WEBSOCKET, "peers-broadcast", 1000, BYTES, 0, 1, withPeers);
        broadcast("peers", WEBSOCKET, "peers-rate", 1000, BYTES, DELIVERIES_A_SECOND / 1000, 1, withPeers);
        roundTrips("peers", WEBSOCKET, "peers-round-trips-", 1, withPeers);
        sets.put("quick", pick("broadcast", "rate", "round-trips", "polls"));
        sets.put(
                "full",
                sets.keySet().stream()
                        .filter(set -> !set.equals("quick"))
                        .flatMap(set -> of(set).stream())
                        .toList());
    }

    private List<Case> pick(String... names) {
        List<Case> picked = new ArrayList<>();
        for (String name : names) {
            picked.addAll(of(name));
        }
        return picked;
    }

    private void add(String set, Case one) {
        sets.computeIfAbsent(set, name -> new ArrayList<>()).add(one);
    }

    private int many(int wanted) {
        return Math.min(wanted, subscribers);
    }

    private Starter server(Contestant contestant, String transport) {
        return servers.apply(contestant, Settings.of(transport));
    }

    /** A server whose channels end with their connections. */
    private Starter forgetful(Contestant contestant, String transport) {
        return servers.apply(contestant, Settings.of(transport).with("wherry.resume-window", "1s"));
    }

    private void broadcast(
            String set, String transport, String workload, int count, int bytes, int perSecond, int threads) {
        broadcast(set, transport, workload, count, bytes, perSecond, threads, Contestant.OURS);
    }

    private void broadcast(
            String set,
            String transport,
            String workload,
            int count,
            int bytes,
            int perSecond,
            int threads,
            List<Contestant> contestants) {
        Broadcast.Plan plan = new Broadcast.Plan(many(count), bytes, BATCH, perSecond, threads);
        boolean isPassing = plan.subscribers() >= FEW;
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers, %,d bytes, %s",
                plan.subscribers(),
                bytes,
                perSecond > 0
                        ? perSecond + " messages a second"
                        : "as fast as it goes, " + BATCH + " published at once from "
                                + (threads == 1 ? "one thread" : threads + " threads"));
        add(
                set,
                new Case(
                        workload,
                        transport,
                        about,
                        "deliveries",
                        contestants,
                        contestant -> new Broadcast(
                                plan,
                                contestant.dialect(),
                                transport,
                                List.of(),
                                (isPassing ? forgetful(contestant, transport) : server(contestant, transport)).start(),
                                isPassing)));
    }

    private void roundTrips(
            String set, String transport, String workload, int outstanding, List<Contestant> contestants) {
        RoundTrips.Plan plan = new RoundTrips.Plan(many(50), outstanding, BYTES);
        String about = String.format(
                Locale.ROOT,
                "%d connections, each with %d outstanding, %d bytes there and back",
                plan.connections(),
                outstanding,
                BYTES);
        add(
                set,
                new Case(
                        workload + outstanding,
                        transport,
                        about,
                        "round trips",
                        contestants,
                        contestant -> new RoundTrips(
                                plan,
                                contestant.dialect(),
                                transport,
                                server(contestant, transport).start())));
    }

    private void polls(String set, String transport, String workload, int count, boolean hasTag) {
        String about = transport.equals("longpoll")
                ? String.format(Locale.ROOT, "%,d polls wait for a message of %d bytes", many(count), BYTES)
                : many(count) + " connections that poll again and again, with nothing new";
        add(
                set,
                new Case(
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
                                server(contestant, transport).start())));
    }

    private void idle(String set, String transport, String workload, int count) {
        String about = String.format(Locale.ROOT, "%,d connections are opened and do nothing", many(count));
        add(
                set,
                new Case(
                        workload,
                        transport,
                        about,
                        "connections",
                        Contestant.OURS,
                        contestant -> new Idle(
                                many(count), contestant.dialect(), transport, forgetful(contestant, transport))));
    }

    /** The names of all sets. */
    List<String> names() {
        return List.copyOf(sets.keySet());
    }

    /** All cases of a set. */
    List<Case> of(String set) {
        List<Case> cases = sets.get(set);
        if (cases == null) {
            throw new IllegalArgumentException("--set: " + set + " (expected: one of " + names() + ")");
        }
        return Objects.requireNonNull(cases);
    }
}
