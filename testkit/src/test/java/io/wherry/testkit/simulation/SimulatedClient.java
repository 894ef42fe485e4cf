// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ClientBuilder;
import io.wherry.ErrorCode;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.RequestHandler;
import io.wherry.Start;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.channel.Inspector;
import io.wherry.log.Entry;
import io.wherry.testkit.simulation.Checker.Sent;
import io.wherry.testkit.simulation.SimulatedServer.Conversation;
import io.wherry.testkit.simulation.SimulatedTransport.Kind;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One client with one channel, and what its application does. Confined to the thread of the run. */
final class SimulatedClient {

    private final World world;
    private final String name;
    private final World.Machine machine;
    private final Client client;
    private final Channel channel;
    private final Upward up;
    private final Publishing publishing;
    private final List<Hearing> hearings = new ArrayList<>();
    private final int number;
    private final List<CompletableFuture<Void>> switches = new ArrayList<>();
    private int channelsLost;
    private @Nullable Conversation lastDownFrom;
    private int lastDown = -1;
    private @Nullable WherryException ended;
    private boolean closing;
    private boolean probing;
    private boolean closedByServer;

    SimulatedClient(World world, int number) {
        this.world = world;
        this.number = number;
        this.name = "client" + number;
        this.machine = world.new Machine(name, 1);
        this.up = new Upward();
        this.publishing = new Publishing();
        ClientBuilder builder =
                Wherry.client().environment(machine.environment()).header("client", name);
        List<Kind> kinds = world.plan().transports(number);
        for (Kind kind : kinds) {
            builder.transport(new SimulatedTransport(world.network(), kind));
        }
        builder.transports(kinds.stream().map(Kind::text).toArray(String[]::new));
        Settings.CLIENT.of(world.plan()).forEach(builder::set);
        this.client = builder.build();
        this.channel = client.connect(URI.create("simulated://" + SimulatedPort.NAME));
        channel.onMessage("down", (from, message) -> down(message.text()));
        channel.onRequest("asked", RequestHandler.async((from, message) -> {
            down(message.text());
            return SimulatedServer.Answers.later(machine, message.text(), probing);
        }));
        channel.onGap(this::gap);
        channel.onClose(reason -> {
            world.checker().require(ended == null, name + ": its end is told twice");
            ended = reason;
            boolean isDue = closing
                    || closedByServer
                    || reason.code() == ErrorCode.CLOSED && world.checker().hasStopped();
            world.checker().require(isDue, name + ": ends, and nobody has ended it: " + reason);
            world.trace().add(name, "ends: " + reason.code().text(), 0);
        });
        world.trace().add(name, "connects", 0);
    }

    String name() {
        return name;
    }

    boolean isOver() {
        return closing || ended != null;
    }

    /** The server is about to end one of its channels. */
    void closedByServer() {
        closedByServer = true;
    }

    int channelsLost() {
        return channelsLost;
    }

    private void gap(Gap gap) {
        world.trace().count("gap: " + gap.reason().text());
        world.trace().add(name, "gap " + gap.topic() + " " + gap.reason() + " " + gap.upTo(), 0);
        if (gap.reason() == Gap.Reason.CHANNEL && gap.topic().equals("*")) {
            channelsLost++;
        }
        hearings.forEach(hearing -> hearing.gap(gap));
    }

    private void down(String text) {
        Sent one = world.checker().arrived(name, text);
        if (one == null) {
            return;
        }
        if (!(one.lane() instanceof Conversation from) || !from.client().equals(name)) {
            world.checker().object(name + ": gets " + text + ", which is not for it");
            return;
        }
        if (from != lastDownFrom) {
            lastDownFrom = from;
            lastDown = -1;
        }
        world.checker().require(one.index() > lastDown, name + ": gets " + text + " after number " + lastDown);
        lastDown = one.index();
        if (machine.chance().nextInt(8) == 0 && !isOver()) {
            talk(machine.chance(), 1);
        }
    }

    /** Does one thing or more of what an application does. */
    void act() {
        Random random = world.random();
        switch (random.nextInt(8)) {
            case 0, 1 -> subscribe(random);
            case 2 -> unsubscribe(random);
            case 3 -> publish(random, 1 + random.nextInt(3));
            default -> talk(random, 1 + random.nextInt(6));
        }
    }

    /** Listens to a topic. */
    void subscribe(Random random) {
        if (hearings.size() > 6) {
            return;
        }
        String topic = Plan.topicName(random.nextInt(world.plan().topics().size()));
        Position position = channel.position();
        Start start = switch (random.nextInt(3)) {
            case 0 -> Start.last(1 + random.nextInt(10));
            case 1 ->
                position == null
                        ? Start.now()
                        : Start.after(new Position(
                                position.epoch(), Math.max(0, position.sequence() - random.nextInt(10)), 0));
            default -> Start.now();
        };
        Hearing hearing = new Hearing(world.checker(), name + "." + hearings.size() + " " + start, topic, start);
        hearings.add(hearing);
        world.trace().add(name, "subscribes to " + topic + " " + start, hearings.size());
        hearing.begun(channel.subscribe(topic, start, message -> {
            world.trace().add(name, "hears " + topic + " " + message.position(), 0);
            hearing.message(message);
        }));
    }

    private void unsubscribe(Random random) {
        List<Hearing> open =
                hearings.stream().filter(hearing -> !hearing.isClosed()).toList();
        if (!open.isEmpty()) {
            Hearing hearing = open.get(random.nextInt(open.size()));
            world.trace().add(name, "leaves " + hearing.topic(), hearings.indexOf(hearing));
            hearing.close();
        }
    }

    private void publish(Random random, int count) {
        String topic = Plan.topicName(random.nextInt(world.plan().topics().size()));
        for (int i = 0; i < count; i++) {
            Sent one = publishing.send(true, world.padding());
            one.to(topic);
            CompletionStage<Position> stage = channel.publish(topic, world.message(one.text()));
            one.stage(stage.thenAccept(position -> publishing.published(one, topic, position)));
        }
    }

    /** Prepares to answer at once. */
    void prepare() {
        probing = true;
    }

    /** Sends something that must arrive. */
    void probe() {
        talk(false).mustSucceed();
        talk(true).mustSucceed();
    }

    private void talk(Random random, int count) {
        for (int i = 0; i < count; i++) {
            var unused = talk(random.nextInt(3) == 0);
        }
    }

    private Sent talk(boolean asks) {
        Sent one = up.send(asks, world.padding());
        Message message = Message.of(one.text());
        if (asks) {
            one.stage(channel.request("ask", message)
                    .thenAccept(reply -> world.checker()
                            .require(
                                    reply.text().equals("re:" + one.text()),
                                    one.text() + ": is answered " + reply.text())));
        } else {
            one.stage(channel.send("up", message));
        }
        return one;
    }

    /** Moves to another connection, or asks for a transport that it does not have. */
    void switchTransport(Random random) {
        Kind[] kinds = Kind.values();
        List<Kind> own = world.plan().transports(number);
        Kind to = random.nextInt(20) == 0 ? kinds[random.nextInt(kinds.length)] : own.get(random.nextInt(own.size()));
        world.trace().add(name, "switches to " + to.text(), switches.size());
        CompletableFuture<Void> switched = channel.switchTo(to.text()).toCompletableFuture();
        switches.add(switched);
        var unused = switched.whenComplete((done, thrown) -> world.trace()
                .count("switch: "
                        + (thrown == null
                                ? "done"
                                : WherryException.from(thrown).code().text())));
    }

    /** Ends the channel. */
    CompletionStage<Void> close() {
        world.trace().add(name, "closes", 0);
        closing = true;
        return client.closeAsync();
    }

    /** What is not yet as it must be in the end; null for nothing. */
    @Nullable String unsettled() {
        boolean alive = !isOver();
        if (alive && channel.state() != Channel.State.OPEN) {
            return name + ": is " + channel.state();
        }
        boolean mayLose = world.checker().hasCrashed();
        String unsettled = up.unsettled(alive && channelsLost == 0, mayLose);
        if (unsettled == null) {
            unsettled = publishing.unsettled();
        }
        if (unsettled == null && channelsLost == 0 && up.all().stream().anyMatch(SimulatedClient::isLost)) {
            unsettled = name + ": a stage says that the channel was lost, and no gap does";
        }
        if (unsettled == null && !switches.stream().allMatch(CompletableFuture::isDone)) {
            unsettled = name + ": a change of transport has no end";
        }
        for (Hearing hearing : hearings) {
            unsettled = unsettled == null ? hearing.judge(alive, isAlone(hearing)) : unsettled;
        }
        if (unsettled == null && alive && Inspector.underWay(channel) != 0) {
            unsettled = name + ": counts " + Inspector.underWay(channel) + " bytes under way";
        }
        return unsettled;
    }

    /** Whether a gap of its topic can only be this one's. */
    private boolean isAlone(Hearing hearing) {
        return channelsLost == 0
                && hearings.stream()
                                .filter(other -> other.topic().equals(hearing.topic()))
                                .count()
                        == 1;
    }

    /** What is left after the end; null for nothing. */
    @Nullable String left() {
        if (ended == null) {
            return name + ": its end was not told";
        }
        if (Inspector.underWay(channel) != 0) {
            return name + ": " + Inspector.underWay(channel) + " bytes are left counted";
        }
        if (machine.timers() != 0 || machine.buffers() != 0) {
            return name + ": " + machine.timers() + " timers and " + machine.buffers() + " buffers are left";
        }
        return null;
    }

    private static boolean isLost(Sent one) {
        WherryException failure = one.failure();
        return failure != null && failure.code() == ErrorCode.UNKNOWN_CHANNEL;
    }

    private void judge(Sent one, @Nullable WherryException failure) {
        if (failure == null) {
            return;
        }
        boolean excused = switch (failure.code()) {
            case TIMEOUT -> one.isAnswered();
            case TOO_MANY -> !one.hasArrived();
            case UNKNOWN_CHANNEL -> true;
            case CLOSED -> isOver() || channel.state() == Channel.State.CLOSED;
            default -> channel.state() == Channel.State.CLOSED;
        };
        world.checker().require(excused, one.text() + ": fails without a reason: " + failure);
    }

    /** What goes to the server's handlers. */
    private final class Upward extends Checker.Lane {

        Upward() {
            world.checker().super(name + ">");
        }

        @Override
        void completed(Sent one, @Nullable WherryException failure) {
            judge(one, failure);
        }

        @Override
        boolean isExcused(Sent one) {
            WherryException failure = one.failure();
            return failure != null && (failure.code() != ErrorCode.UNKNOWN_CHANNEL || channelsLost > 0);
        }
    }

    /** What is published. */
    private final class Publishing extends Checker.Lane {

        Publishing() {
            world.checker().super(name + "!");
        }

        void published(Sent one, String topic, Position at) {
            Life life = world.checker().life(at.epoch());
            Entry entry = life == null ? null : life.at(topic, at.sequence());
            boolean isThere = life != null
                    && entry != null
                    && (at.equals(life.published(one.text()))
                            || entry.history().options().slowReader().perSecond() > 0);
            world.checker().require(isThere, one.text() + ": is not at " + at);
        }

        @Override
        void completed(Sent one, @Nullable WherryException failure) {
            judge(one, failure);
        }

        @Nullable String unsettled() {
            for (Sent one : all()) {
                if (one.isOpen()) {
                    return one.text() + ": its stage is open";
                }
            }
            return world.checker().publishedTwice(this);
        }
    }
}
