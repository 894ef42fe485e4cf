// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** That a channel outlives its connections: nothing is lost, doubled or silently missed on a network that breaks. */
public interface ResumeContract extends ContractPart {

    /** What is published and sent between two connections arrives over the second. */
    @Test
    default void goesOnAfterACut() {
        Server server = fixture().server();
        Topic topic = server.topic("topic");
        AtomicInteger opened = new AtomicInteger();
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onOpen(channel -> opened.incrementAndGet())
                .onMessage("up", (channel, message) -> atServer.add(message.text()))
                .start();
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network);
        client.handle("down");
        Channel serverSide = fixture().serverSide(server, client);
        String id = client.channel().id();
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        topic.publish(Message.of("1"));
        assertThat(client.takeTexts("topic", 1)).containsExactly("1");

        network.refuse(true);
        network.cut();
        client.takeState(State.RECONNECTING);
        topic.publish(Message.of("2"));
        CompletionStage<Void> down = serverSide.send("down", Message.of("direct"));
        CompletionStage<Void> up = client.channel().send("up", Message.of("up"));
        network.refuse(false);
        client.takeState(State.OPEN);

        assertThat(List.of(client.take(), client.take()))
                .extracting(Recorder.Event::message)
                .containsExactlyInAnyOrder(Message.of("2"), Message.of("direct"));
        assertThat(Await.next(atServer)).isEqualTo("up");
        Await.value(down);
        Await.value(up);
        topic.publish(Message.of("3"));
        assertThat(client.takeTexts("topic", 1)).containsExactly("3");
        assertThat(client.channel().id()).isEqualTo(id);
        assertThat(opened).hasValue(1);
    }

    /** Cut again and again while messages go both ways: all arrive, once, in order. */
    @Test
    default void losesNothingToCuts() {
        int count = 1500;
        Server server = fixture().server();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(count));
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message.text()))
                .onRequest("echo", (channel, message) -> message)
                .start();
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network);
        BlockingQueue<String> direct = new LinkedBlockingQueue<>();
        client.channel().onMessage("down", (channel, message) -> direct.add(message.text()));
        Channel serverSide = fixture().serverSide(server, client);
        Await.value(client.subscribe("topic", Start.now()).subscribed());

        List<CompletionStage<?>> stages = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = Integer.toString(i);
            expected.add(text);
            topic.publish(Message.of(text));
            stages.add(client.channel().send("up", Message.of(text)));
            stages.add(serverSide.send("down", Message.of(text)));
            if (i % 10 == 0) {
                stages.add(client.channel()
                        .request("echo", Message.of(text))
                        .thenAccept(reply -> assertThat(reply.text()).isEqualTo(text)));
            }
            if (i % 150 == 75) {
                network.cut();
                Await.value(stages.get(i));
            }
        }

        assertThat(client.takeTexts("topic", count)).isEqualTo(expected);
        for (String text : expected) {
            assertThat(Await.next(direct)).isEqualTo(text);
            assertThat(Await.next(atServer)).isEqualTo(text);
        }
        stages.forEach(Await::value);
        assertThat(direct).isEmpty();
        assertThat(atServer).isEmpty();
    }

    /** Some clients, some topics, and a network that breaks in every way, at random: nothing is lost, doubled or disordered. */
    @Test
    default void survivesABadDay() {
        long seed = Long.getLong("testkit.seed", System.nanoTime());
        try (BadDay day = new BadDay(fixture(), new Random(seed))) {
            day.live(Integer.getInteger("testkit.things", 600));
            day.check();
        } catch (AssertionError e) {
            throw new AssertionError("with -Dtestkit.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    /** What the server has applied, but could not acknowledge before the cut, is sent again and not applied again. */
    @Test
    default void appliesOnceWhatIsSentAgain() {
        Server server = fixture().server();
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message.text()))
                .start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client = fixture().connect(network, fixture().uri(server));
        network.rewrite(ResumeContract::withoutAcknowledgement);
        network.cutOn(envelope -> envelope.kind() == Kind.ACK);

        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sent.add(client.channel().send("up", Message.of("m" + i)));
        }
        client.takeState(State.RECONNECTING);
        sent.add(client.channel().send("up", Message.of("m10")));
        sent.forEach(Await::value);

        for (int i = 0; i <= 10; i++) {
            assertThat(Await.next(atServer)).isEqualTo("m" + i);
        }
        assertThat(atServer).isEmpty();
        assertThat(network.connects()).isEqualTo(2);
    }

    /** The welcome of a server that does not say what it has applied. */
    private static Envelope withoutAcknowledgement(Envelope envelope) {
        return envelope.kind() == Kind.WELCOME
                ? Envelope.at(
                        envelope.position(),
                        envelope.kind(),
                        envelope.name(),
                        envelope.argument(),
                        Message.of(envelope.message().text().replaceAll("acked=\\d+", "acked=0")))
                : envelope;
    }

    /** What overtakes something that was lost is not applied before that has come. */
    @Test
    default void appliesNothingBeforeWhatWasLost() {
        Server server = fixture().server();
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message.text()))
                .start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client = fixture().connect(network, fixture().uri(server));
        network.loseOnce(envelope -> {
            boolean isLost = envelope.message().text().equals("m3");
            if (isLost) {
                network.cutOn(
                        answer -> answer.kind() == Kind.ACK && answer.name().equals("3"));
            }
            return isLost;
        });

        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sent.add(client.channel().send("up", Message.of("m" + i)));
        }

        sent.forEach(Await::value);
        for (int i = 0; i < 10; i++) {
            assertThat(Await.next(atServer)).isEqualTo("m" + i);
        }
        assertThat(atServer).isEmpty();
        assertThat(client.channel().state()).isEqualTo(State.OPEN);
    }

    /** What the server gives twice is taken once. */
    @Test
    default void takesOnceWhatIsGivenTwice() {
        Server server = fixture().server();
        server.onRequest("echo", (channel, message) -> message).start();
        Topic topic = server.topic("topic");
        topic.publish(Message.of("history"));
        CuttableTransport network = new CuttableTransport(fixture().transport());
        network.repeat(true);
        Recorder client = fixture().connect(network, fixture().uri(server));
        client.handle("down");
        Channel serverSide = fixture().serverSide(server, client);

        Await.value(client.subscribe("topic", Start.last(1)).subscribed());
        assertThat(client.takeMessage("topic").text()).isEqualTo("history");
        for (int i = 0; i < 20; i++) {
            topic.publish(Message.of("t" + i));
            assertThat(client.takeMessage("topic").text()).isEqualTo("t" + i);
            serverSide.send("down", Message.of("d" + i));
            assertThat(client.takeMessage("down").text()).isEqualTo("d" + i);
            assertThat(Await.value(client.channel().request("echo", Message.of("r" + i)))
                            .text())
                    .isEqualTo("r" + i);
        }
    }

    /** A reply that is lost on its way is given again, and the request not asked again. */
    @Test
    default void givesALostReplyAgain() {
        Server server = fixture().server();
        AtomicInteger asked = new AtomicInteger();
        server.onRequest("count", (channel, message) -> Message.of("asked " + asked.incrementAndGet()))
                .start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client = fixture().connect(network, fixture().uri(server));
        network.cutOn(envelope -> envelope.kind() == Kind.REPLY);

        Message reply = Await.value(client.channel().request("count", Message.empty()));

        assertThat(reply.text()).isEqualTo("asked 1");
        assertThat(asked).hasValue(1);
        assertThat(network.connects()).isEqualTo(2);
    }

    /** A request that is answered between two connections gets its reply over the second. */
    @Test
    default void keepsARequestOverACut() {
        Server server = fixture().server();
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Message> answer = new CompletableFuture<>();
        server.onRequest("slow", RequestHandler.async((channel, message) -> {
                    asked.countDown();
                    return answer;
                }))
                .start();
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network);

        CompletionStage<Message> reply = client.channel().request("slow", Message.empty());
        Await.open(asked);
        network.refuse(true);
        network.cut();
        client.takeState(State.RECONNECTING);
        answer.complete(Message.of("at last"));
        network.refuse(false);

        assertThat(Await.value(reply).text()).isEqualTo("at last");
    }

    /** A reader that comes back too late is told what it has missed, before what is left. */
    @Test
    default void tellsAGap() {
        Server server = fixture().server().start();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(10));
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network);
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        topic.publish(Message.of("seen"));
        client.takeTexts("topic", 1);

        network.refuse(true);
        network.cut();
        client.takeState(State.RECONNECTING);
        List<Position> positions = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            positions.add(Await.value(topic.publish(Message.of("m" + i))));
            if (i >= 20) {
                kept.add("m" + i);
            }
        }
        network.refuse(false);

        assertThat(client.takeGap()).isEqualTo(new Gap("topic", Gap.Reason.OVERRUN, positions.get(19)));
        assertThat(client.takeTexts("topic", 10)).isEqualTo(kept);
    }

    /** However far the log has moved on by other topics, a reader of a quiet one has missed nothing. */
    @Test
    default void tellsNoGapOfAQuietTopic() {
        Server server = fixture().server().start();
        Topic quiet = server.topic("quiet", TopicOptions.defaults().maxCount(1));
        Topic loud = server.topic("loud", TopicOptions.defaults().maxCount(1));
        quiet.publish(Message.of("0"));
        quiet.publish(Message.of("1"));
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network);
        Await.value(client.subscribe("quiet", Start.last(1)).subscribed());
        assertThat(client.takeTexts("quiet", 1)).containsExactly("1");

        network.refuse(true);
        network.cut();
        client.takeState(State.RECONNECTING);
        for (int i = 0; i < 100; i++) {
            loud.publish(Message.of("loud"));
        }
        network.refuse(false);
        client.takeState(State.OPEN);
        quiet.publish(Message.of("2"));

        assertThat(client.takeTexts("quiet", 1)).containsExactly("2");
    }

    /** A channel that the server has given up is opened anew and tells so; topics lose nothing that is kept. */
    @Test
    default void opensAnewAfterTheResumeWindow() {
        Server server = fixture().server("wherry.resume-window", "500ms");
        CountDownLatch closed = new CountDownLatch(1);
        server.onClose(channel -> closed.countDown())
                .onRequest("echo", (channel, message) -> message)
                .start();
        Topic topic = server.topic("topic");
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network);
        String id = client.channel().id();
        Await.value(client.subscribe("topic", Start.now()).subscribed());

        network.refuse(true);
        network.cut();
        Await.open(closed);
        topic.publish(Message.of("meanwhile"));
        network.refuse(false);

        assertThat(client.takeGap().reason()).isEqualTo(Gap.Reason.CHANNEL);
        assertThat(client.takeTexts("topic", 1)).containsExactly("meanwhile");
        assertThat(Await.value(client.channel().request("echo", Message.of("anew")))
                        .text())
                .isEqualTo("anew");
        assertThat(client.channel().id()).isNotEqualTo(id);
        assertThat(server.channels()).hasSize(1);
    }

    /** After a restart of the server the log is another: the client is told, and reads on from its beginning. */
    @Test
    default void goesOnWithAServerThatWasRestarted() {
        Server first = fixture().server().start();
        first.topic("topic");
        Recorder client = fixture().connect(first);
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        String port = Integer.toString(Math.max(0, first.port()));

        first.close();
        client.takeState(State.RECONNECTING);
        Server second = fixture().server("wherry.port", port);
        Topic topic = second.topic("topic");
        topic.publish(Message.of("early"));
        second.start();

        Gap gap = client.takeGap();
        while (gap.reason() != Gap.Reason.EPOCH) {
            gap = client.takeGap();
        }
        assertThat(client.takeTexts("topic", 1)).containsExactly("early");
        topic.publish(Message.of("late"));
        assertThat(client.takeTexts("topic", 1)).containsExactly("late");
    }

    /** A network that lets nothing through is noticed by both ends within the time configured. */
    @Test
    default void noticesALostPeer() {
        Server server = fixture()
                .server("wherry.heartbeat", "100ms", "wherry.lost-after", "500ms", "wherry.resume-window", "200ms");
        CountDownLatch closed = new CountDownLatch(1);
        server.onClose(channel -> closed.countDown()).start();
        Network network = fixture().network(server);
        Recorder client = fixture().connect(network, "wherry.connect-timeout", "500ms");

        network.stall(true);

        client.takeState(State.RECONNECTING);
        Await.open(closed);
        network.stall(false);
        client.takeState(State.OPEN);
        assertThat(client.takeGap().reason()).isEqualTo(Gap.Reason.CHANNEL);
    }

    /** A channel that nothing is sent over stays, by heartbeats alone. */
    @Test
    default void keepsASilentChannel() {
        Server server = fixture().server("wherry.heartbeat", "50ms", "wherry.lost-after", "1s");
        server.onRequest("after", RequestHandler.async((channel, message) -> {
                    CompletableFuture<Message> reply = new CompletableFuture<>();
                    return reply.completeOnTimeout(message, 1500, java.util.concurrent.TimeUnit.MILLISECONDS);
                }))
                .start();
        Recorder client = fixture().connect(server, "wherry.heartbeat", "50ms", "wherry.lost-after", "1s");

        Message reply = Await.value(client.channel().request("after", Message.of("silence")));

        assertThat(reply.text()).isEqualTo("silence");
        assertThat(client.takeStates()).isEmpty();
    }
}
