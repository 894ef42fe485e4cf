// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** The cases that there are, and the named sets of them. */
final class Sets {

    private static final List<String> STREAMS = List.of("websocket", "sse", "comet");
    private static final int BYTES = 128;
    private static final int BATCH = 16;

    private final List<Case> cases = new ArrayList<>();
    private final BiFunction<Contestant, Settings, Starter> servers;
    private final int subscribers;

    /** Starts a server's process. */
    @FunctionalInterface
    interface Starter {

        ServerProcess start() throws IOException;
    }

    /**
     * Makes the cases.
     *
     * @param subscribers how many at most, whatever a workload's name says
     */
    Sets(BiFunction<Contestant, Settings, Starter> servers, int subscribers) {
        this.servers = servers;
        this.subscribers = subscribers;
        for (String transport : STREAMS) {
            broadcast("broadcast-1k", transport, new Broadcast.Plan(many(1000), BYTES, BATCH, 0, 1));
        }
    }

    private int many(int wanted) {
        return Math.min(wanted, subscribers);
    }

    private void broadcast(String workload, String transport, Broadcast.Plan plan) {
        String about = String.format(
                Locale.ROOT,
                "%,d subscribers, %,d bytes, %s",
                plan.subscribers(),
                plan.bytes(),
                plan.perSecond() > 0
                        ? plan.perSecond() + " messages a second"
                        : "as fast as it goes, " + plan.batch() + " published at once");
        cases.add(new Case(
                workload,
                transport,
                about,
                "deliveries",
                Contestant.OURS,
                contestant -> new Broadcast(
                        plan,
                        contestant.dialect(),
                        transport,
                        List.of(),
                        servers.apply(contestant, Settings.of(transport)).start())));
    }

    /** All cases of a set. */
    List<Case> of(String set) {
        return List.copyOf(cases);
    }
}
