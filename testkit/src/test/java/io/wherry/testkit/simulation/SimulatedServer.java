// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.ServerBuilder;
import io.wherry.Topic;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.channel.Inspector;
import io.wherry.testkit.simulation.Checker.Sent;
import io.wherry.testkit.simulation.SimulatedTransport.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One life of the server, and what its application does. Confined to the thread of the run. */
final class SimulatedServer {

    private final World world;
    private final World.Machine machine;
    private final Server server;
    private final Life life;
    private final List<Topic> topics = new ArrayList<>();
    private final Map<Channel, Conversation> conversations = new LinkedHashMap<>();
    private int published;
    private boolean closing;
    private boolean probing;
    private boolean gone;

    SimulatedServer(World world, int number) {
        this.world = world;
        this.machine = world.new Machine("server" + number, world.plan().serverLoops());
        ServerBuilder builder = Wherry.server().environment(machine.environment());
        List<String> names = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            builder.transport(new SimulatedTransport(world.network(), kind));
            names.add(kind.text());
        }
        builder.transports(names.toArray(String[]::new));
        Settings.SERVER.of(world.plan()).forEach(builder::set);
        this.server = builder.build();
        this.life = world.checker().begins(new Life(Inspector.log(server)));
        for (int i = 0; i < world.plan().topics().size(); i++) {
            topics.add(server.topic(Plan.topicName(i), world.plan().topics().get(i)));
        }
        server.onOpen(this::opened);
        server.onClose(channel -> conversation(channel).hasClosed());
        server.onMessage("up", (channel, message) -> conversation(channel).up(message.text()));
        server.onRequest(
                "ask",
                RequestHandler.async((channel, message) -> conversation(channel).asked(message.text())));
        server.start();
        world.trace().add("server", life.epoch(), number);
    }

    private void opened(Channel channel) {
        conversation(channel);
    }

    private Conversation conversation(Channel channel) {
        return conversations.computeIfAbsent(channel, Conversation::new);
    }

    Life life() {
        return life;
    }

    Server server() {
        return server;
    }

    boolean isGone() {
        return gone || closing;
    }

    /** Publishes some messages to one topic. */
    void publish(int count) {
        Topic topic = topics.get(world.random().nextInt(topics.size()));
        for (int i = 0; i < count; i++) {
            String text = life.epoch() + ":" + published++ + "_".repeat(world.padding());
            var unused = topic.publish(world.message(text));
        }
        world.trace().add(topic.name(), "publishes", published);
    }

    /** Sends something that must arrive to those of some clients. */
    void probe(Set<String> clients) {
        probing = true;
        conversations.values().stream()
                .filter(one -> !one.closed && one.isKnown() && clients.contains(one.client))
                .forEach(one -> {
                    one.down(false).mustSucceed();
                    one.down(true).mustSucceed();
                });
        publish(1);
    }

    private @Nullable Conversation any() {
        List<Conversation> open =
                conversations.values().stream().filter(one -> !one.closed).toList();
        return open.isEmpty() ? null : open.get(world.random().nextInt(open.size()));
    }

    /** Sends to, or asks, the client of one channel. */
    void talk(int count) {
        Conversation one = any();
        for (int i = 0; i < count && one != null; i++) {
            one.down(world.random().nextInt(4) == 0);
        }
    }

    /** Ends one channel; returns whose, null for none. */
    @Nullable String closeOne() {
        Conversation one = any();
        if (one != null) {
            world.trace().add(one.name(), "is closed by the server", 0);
            one.closedByUs = true;
            var unused = one.channel.closeAsync();
        }
        return one == null ? null : one.client;
    }

    /** How many channels of a client it has known of. */
    long known(String client) {
        return conversations.values().stream()
                .filter(one -> one.client.equals(client) && one.isKnown())
                .count();
    }

    /** Dies without notice. */
    void crash() {
        world.trace().add("server", "crashes", 0);
        world.trace().count("server crashes");
        gone = true;
        life.crashed();
        world.network().crash(SimulatedPort.NAME, machine.loops());
        machine.kill();
    }

    /** Closes in order. */
    CompletionStage<Void> close() {
        world.trace().add("server", "closes", 0);
        world.trace().count("server closes");
        closing = true;
        world.checker().stops();
        Duration grace =
                Duration.ofMillis(world.random().nextInt(2) * world.random().nextInt(3000));
        return server.closeAsync(grace).whenComplete((done, failure) -> gone = true);
    }

    /** What is not yet as it must be in the end; null for nothing. */
    @Nullable String unsettled() {
        if (life.hasCrashed()) {
            return null;
        }
        for (Conversation one : conversations.values()) {
            String unsettled = one.unsettled(!one.closed, false);
            if (unsettled == null && !one.closed && Inspector.underWay(one.channel) != 0) {
                unsettled = one.name() + ": counts " + Inspector.underWay(one.channel) + " bytes under way";
            }
            if (unsettled != null) {
                return unsettled;
            }
        }
        return null;
    }

    /** What is left after the end; null for nothing. */
    @Nullable String left() {
        if (life.hasCrashed()) {
            return null;
        }
        if (!server.channels().isEmpty()) {
            return "the server has " + server.channels().size() + " channels left";
        }
        for (Topic topic : topics) {
            if (topic.readers() != 0) {
                return topic.name() + " has " + topic.readers() + " readers left";
            }
        }
        for (Conversation one : conversations.values()) {
            if (!one.closed) {
                return one.name() + ": its end was not told";
            }
            if (Inspector.underWay(one.channel) != 0) {
                return one.name() + ": " + Inspector.underWay(one.channel) + " bytes are left counted";
            }
        }
        if (machine.timers() != 0 || machine.buffers() != 0) {
            return "the server of " + life.epoch() + " has " + machine.timers() + " timers and " + machine.buffers()
                    + " buffers left";
        }
        return null;
    }

    /** One channel, seen from the server: what is sent down, and the order of what comes up. */
    final class Conversation extends Checker.Lane {

        private final Channel channel;
        private final String client;
        private int lastUp = -1;
        private boolean closedByUs;
        private boolean closed;

        Conversation(Channel channel) {
            world.checker()
                    .super(life.epoch() + "." + conversations.size() + ">"
                            + Objects.requireNonNull(channel.handshake(), "handshake")
                                    .header("client"));
            this.channel = channel;
            this.client = Objects.requireNonNull(
                    Objects.requireNonNull(channel.handshake(), "handshake").header("client"), "client");
        }

        /** Whether its client knows of it. */
        boolean isKnown() {
            return lastUp >= 0 || all().stream().anyMatch(Sent::hasArrived);
        }

        String client() {
            return client;
        }

        Sent down(boolean asks) {
            Sent one = send(asks, world.padding());
            Message message = Message.of(one.text());
            if (asks) {
                one.stage(channel.request("asked", message)
                        .thenAccept(reply -> world.checker()
                                .require(
                                        reply.text().equals("re:" + one.text()),
                                        one.text() + ": is answered " + reply.text())));
            } else {
                one.stage(channel.send("down", message));
            }
            return one;
        }

        void up(String text) {
            Sent one = world.checker().arrived(name(), text);
            if (one == null) {
                return;
            }
            world.checker().require(one.isFrom(client), name() + ": gets " + text + " of another client");
            world.checker().require(one.index() > lastUp, name() + ": gets " + text + " after number " + lastUp);
            lastUp = one.index();
            if (machine.chance().nextInt(8) == 0 && !closed && !gone) {
                down(machine.chance().nextInt(4) == 0);
            }
        }

        CompletionStage<Message> asked(String text) {
            up(text);
            return Answers.later(machine, text, probing);
        }

        void hasClosed() {
            world.checker().require(!closed, name() + ": its end is told twice");
            closed = true;
        }

        @Override
        void completed(Sent one, @Nullable WherryException failure) {
            if (failure == null || !one.isTaken()) {
                return;
            }
            boolean late = one.isAnswered() && failure.code() == ErrorCode.TIMEOUT;
            world.checker()
                    .require(
                            late || channel.state() == Channel.State.CLOSED,
                            one.text() + ": fails on a channel that lives: " + failure.getMessage());
        }
    }

    /** Replies that come at once, or after a while, or too late. */
    static final class Answers {

        private Answers() {}

        static CompletionStage<Message> later(World.Machine machine, String text, boolean atOnce) {
            CompletableFuture<Message> reply = new CompletableFuture<>();
            int chance = atOnce ? 0 : machine.chance().nextInt(20);
            if (chance < 10) {
                reply.complete(Message.of("re:" + text));
            } else {
                int most = chance < 19 ? 1500 : 12_000;
                machine.callbacks()
                        .schedule(
                                () -> reply.complete(Message.of("re:" + text)),
                                machine.chance().nextInt(most) * Weather.MILLIS);
            }
            return reply;
        }
    }
}
