// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The named sets of cases. */
final class Sets {

    private static final String WEBSOCKET = "websocket";
    private static final List<String> STREAMS = List.of(WEBSOCKET, "sse", "comet");
    private static final int BYTES = Cases.BYTES;
    private static final List<Contestant> OURS = Contestant.OURS;

    private final Map<String, List<Case>> sets = new LinkedHashMap<>();

    /**
     * Makes the cases.
     *
     * @param withPeers Wherry, and servers of others
     */
    Sets(Cases cases, List<Contestant> withPeers) {
        for (String transport : STREAMS) {
            add("broadcast", cases.broadcast("broadcast-1k", transport, 1000, BYTES, 1, OURS));
            add("broadcast-10k", cases.broadcast("broadcast-10k", transport, 10_000, BYTES, 1, OURS));
            add("rate", cases.rate("rate-1k", transport, 1000, OURS));
            add("rate-10k", cases.rate("rate-10k", transport, 10_000, OURS));
            add("idle", cases.idle("idle-10k", transport, 10_000, false));
            add("idle", cases.idle("idle-10k-fresh", transport, 10_000, true));
        }
        add("idle", cases.idle("idle-20k", WEBSOCKET, 19_500, false));
        for (int outstanding : new int[] {1, 16}) {
            String workload = "round-trips-" + outstanding;
            add("round-trips", cases.roundTrips(workload, WEBSOCKET, outstanding, Contestant.ANSWERING_ON_THREADS));
            add("round-trips", cases.roundTrips(workload, "http", outstanding, Contestant.ANSWERING));
        }
        for (String transport : List.of("sse", "comet")) {
            for (int outstanding : new int[] {1, 16}) {
                add(
                        "stream-round-trips",
                        cases.roundTrips(
                                "stream-round-trips-" + outstanding,
                                transport,
                                outstanding,
                                Contestant.CHANNELS_ANSWERING));
            }
        }
        add("polls", cases.polls("poll-304", "http", 100, true));
        add("polls", cases.polls("poll-204", "http", 100, false));
        add("polls", cases.polls("longpoll-1k", "longpoll", 1000, false));
        for (int bytes : new int[] {16, 1024, 16 * 1024}) {
            for (String transport : STREAMS) {
                add("payloads", cases.broadcast("payload-" + bytes, transport, 1000, bytes, 1, OURS));
            }
        }
        add("threads", cases.broadcast("threads-1", WEBSOCKET, 1000, BYTES, 1, OURS));
        add("threads", cases.broadcast("threads-8", WEBSOCKET, 1000, BYTES, 8, OURS));
        topics(cases);
        for (String transport : STREAMS) {
            add("tls", cases.secureBroadcast("tls-broadcast", transport));
            add("compression", cases.compressed("compressed-1k", transport, 1000));
            add("compression", cases.compressed("compressed-10", transport, 10));
        }
        add("tls", cases.roundTrips("tls-round-trips-1", WEBSOCKET, 1, Contestant.SECURE_ANSWERING));
        add("tls", cases.roundTrips("tls-round-trips-16", WEBSOCKET, 16, Contestant.SECURE_ANSWERING));
        add("peers", cases.broadcast("peers-broadcast", WEBSOCKET, 1000, BYTES, 1, withPeers));
        add("peers", cases.rate("peers-rate", WEBSOCKET, 1000, withPeers));
        add("peers", cases.roundTrips("peers-round-trips-1", WEBSOCKET, 1, withPeers));
        add("http2", cases.http2Broadcast("http2-broadcast-1k", "sse", 1000, false));
        add("http2", cases.http2Broadcast("http2-rate-1k", "sse", 1000, true));
        add("http2", cases.http2Polls("http2-poll-304", 10, true));
        add("http2", cases.http2Polls("http2-poll-204", 10, false));
        pick("quick", "broadcast", "rate", "round-trips", "polls");
        pick("full", sets.keySet().stream().filter(set -> !set.equals("quick")).toArray(String[]::new));
        joining(cases);
    }

    private void topics(Cases cases) {
        for (String transport : STREAMS) {
            add("topics", cases.topicEach("topic-each-1k", transport, 1000));
            add("topics", cases.manyTopics("topics-1000", transport));
            add("topics", cases.besideTopics("beside-topics", transport, 1000));
            add("topics-10k", cases.topicEach("topic-each-10k", transport, 10_000));
        }
    }

    /** What Wherry does not choose by itself: on bare Netty, so that nothing else differs. */
    private void joining(Cases cases) {
        for (int bytes : new int[] {16, 128, 1024, 4096, 16 * 1024}) {
            for (int count : new int[] {1000, 10}) {
                add("joining", cases.joining("joining-" + count + "-" + bytes, WEBSOCKET, count, bytes));
            }
        }
    }

    private void pick(String set, String... names) {
        for (String name : names) {
            of(name).forEach(one -> add(set, one));
        }
    }

    private void add(String set, Case one) {
        sets.computeIfAbsent(set, name -> new ArrayList<>()).add(one);
    }

    /** The names of all sets. */
    List<String> names() {
        return List.copyOf(sets.keySet());
    }

    /** All cases of a set. */
    List<Case> of(String set) {
        List<Case> found = sets.get(set);
        if (found == null) {
            throw new IllegalArgumentException("--set: " + set + " (expected: one of " + names() + ")");
        }
        return Objects.requireNonNull(found);
    }
}
