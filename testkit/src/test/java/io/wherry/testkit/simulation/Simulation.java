// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One run of one seed: servers, clients, load and faults, and the checker's verdict. Confined to one thread. */
final class Simulation {

    private static final Duration SETTLING = Duration.ofSeconds(90);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final long seed;
    private final World world;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private @Nullable CompletionStage<Void> restarting;

    private Simulation(long seed, boolean keepsLines) {
        this.seed = seed;
        this.world = new World(seed, keepsLines);
    }

    /**
     * What came of a run.
     *
     * @param seed the run's seed
     * @param problem what the checker objects to, null for nothing
     * @param hash of everything that happened
     * @param events how much happened
     * @param lines the last of what happened, where it was kept
     * @param plan what the run was like
     * @param tally how often some things have happened
     */
    record Outcome(
            long seed,
            @Nullable String problem,
            long hash,
            long events,
            List<String> lines,
            String plan,
            Map<String, Integer> tally) {}

    /** Runs a seed. */
    static Outcome run(long seed, boolean keepsLines) {
        Simulation simulation = new Simulation(seed, keepsLines);
        Logs.tell(simulation.world.checker());
        try {
            simulation.run();
        } catch (RuntimeException | Error e) {
            simulation.world.checker().object("thrown: " + e);
            if (keepsLines) {
                e.printStackTrace();
            }
        }
        return simulation.outcome();
    }

    private Outcome outcome() {
        Trace trace = world.trace();
        return new Outcome(
                seed,
                world.checker().problem(),
                trace.hash(),
                trace.events(),
                trace.last(Integer.getInteger("simulation.lines", 120)),
                world.plan().toString(),
                trace.tally());
    }

    private boolean isFine() {
        return world.checker().problem() == null;
    }

    private void run() {
        servers.add(new SimulatedServer(world, 0));
        for (int i = 0; i < world.plan().clients(); i++) {
            newClient();
        }
        for (int i = 0; i < world.plan().steps() && isFine(); i++) {
            step();
            pass(Duration.ofMillis(world.random().nextInt(world.plan().stepMillis())));
        }
        world.weather().clearUp();
        world.trace().add("weather", "clears up", 0);
        settle();
        if (isFine()) {
            // What went silent before is given up by now.
            pass(Duration.ofSeconds(12));
            probe();
            settle();
        }
        if (isFine()) {
            close();
        }
    }

    private void pass(Duration time) {
        world.clock().advance(time);
    }

    private void newClient() {
        SimulatedClient client = new SimulatedClient(world, clients.size());
        clients.add(client);
        client.subscribe(world.random());
    }

    private SimulatedServer server() {
        return servers.get(servers.size() - 1);
    }

    private void step() {
        int dice = world.random().nextInt(100);
        if (dice < world.plan().restartPercent() && restarting == null) {
            restart();
        } else if (dice < 5) {
            world.network().cutSome(0.4);
        } else if (dice < 7) {
            SimulatedClient client = anyClient();
            if (!client.isOver() && clients.size() < 6) {
                var unused = client.close();
                newClient();
            }
        } else if (dice < 13) {
            SimulatedClient client = anyClient();
            if (!client.isOver()) {
                client.switchTransport(world.random());
            }
        } else if (dice < 14) {
            if (!server().isGone()) {
                String whose = server().closeOne();
                clients.stream().filter(client -> client.name().equals(whose)).forEach(SimulatedClient::closedByServer);
            }
        } else if (dice < 40) {
            if (!server().isGone()) {
                server().publish(1 + world.random().nextInt(8));
            }
        } else if (dice < 60) {
            if (!server().isGone()) {
                server().talk(1 + world.random().nextInt(4));
            }
        } else {
            SimulatedClient client = anyClient();
            if (!client.isOver()) {
                client.act();
            }
        }
        if (restarting != null && restarting.toCompletableFuture().isDone()) {
            restarting = null;
            servers.add(new SimulatedServer(world, servers.size()));
        }
    }

    private SimulatedClient anyClient() {
        return clients.get(world.random().nextInt(clients.size()));
    }

    private void restart() {
        if (world.plan().restartsInOrder()) {
            restarting = server().close();
        } else {
            server().crash();
            restarting = java.util.concurrent.CompletableFuture.completedFuture(null);
        }
    }

    /** Lets time pass until everything is as it must be in the end. */
    private void settle() {
        String unsettled = "nothing was looked at";
        int settledLooks = 0;
        for (Duration passed = Duration.ZERO;
                isFine() && settledLooks < 3 && passed.compareTo(SETTLING) < 0;
                passed = passed.plus(LOOK)) {
            pass(LOOK);
            if (restarting != null && restarting.toCompletableFuture().isDone()) {
                restarting = null;
                servers.add(new SimulatedServer(world, servers.size()));
            }
            unsettled = unsettled();
            settledLooks = unsettled == null ? settledLooks + 1 : 0;
        }
        if (unsettled != null) {
            world.checker().object("in the end: " + unsettled);
        }
    }

    /** Everybody sends something once more, which must arrive. */
    private void probe() {
        clients.forEach(SimulatedClient::prepare);
        List<SimulatedClient> alive =
                clients.stream().filter(client -> !client.isOver()).toList();
        server().probe(alive.stream().map(SimulatedClient::name).collect(Collectors.toSet()));
        alive.forEach(SimulatedClient::probe);
    }

    private @Nullable String unsettled() {
        String unsettled = restarting == null ? null : "the server is closing";
        for (SimulatedServer server : servers) {
            unsettled = unsettled == null ? server.unsettled() : unsettled;
        }
        for (SimulatedClient client : clients) {
            unsettled = unsettled == null ? client.unsettled() : unsettled;
            long known = servers.stream()
                    .mapToLong(server -> server.known(client.name()))
                    .sum();
            if (unsettled == null && known - 1 > client.channelsLost()) {
                unsettled = client.name() + ": has had " + known + " channels, and was told of " + client.channelsLost()
                        + " lost";
            }
        }
        return unsettled;
    }

    private @Nullable String left() {
        String left = null;
        for (SimulatedServer server : servers) {
            left = left == null ? server.left() : left;
        }
        for (SimulatedClient client : clients) {
            left = left == null ? client.left() : left;
        }
        return left;
    }

    private void close() {
        boolean serverFirst = world.random().nextInt(3) == 0;
        List<CompletionStage<Void>> closed = new ArrayList<>();
        if (serverFirst) {
            closed.add(server().close());
            pass(Duration.ofMillis(world.random().nextInt(3000)));
        }
        for (SimulatedClient client : clients) {
            closed.add(client.close());
        }
        if (!serverFirst) {
            pass(Duration.ofMillis(world.random().nextInt(3000)));
            closed.add(server().close());
        }
        pass(Duration.ofSeconds(30));
        for (CompletionStage<Void> stage : closed) {
            world.checker().require(stage.toCompletableFuture().isDone(), "closing does not end");
        }
        String left = left();
        if (left != null) {
            // What nobody came back for is kept for the longest resume window.
            pass(Duration.ofSeconds(60));
            left = left();
        }
        world.checker().require(left == null, "after the end: " + left);
        world.checker()
                .require(
                        world.network().open().isEmpty(),
                        "after the end: open: " + world.network().open());
    }
}
