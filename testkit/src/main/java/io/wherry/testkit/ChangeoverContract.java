// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel.State;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** That a channel moves to another connection while the one before still works, and nobody notices. */
public interface ChangeoverContract extends ContractPart {

    /** Moved again and again while messages go both ways: all arrive, once, in order, and the channel is open all the time. */
    @Test
    default void movesWithoutABreak() {
        int count = 2000;
        AtomicInteger opened = new AtomicInteger();
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        Server server = fixture().server();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(count));
        server.onOpen(channel -> opened.incrementAndGet())
                .onMessage("up", (channel, message) -> atServer.add(message.text()))
                .onRequest("echo", (channel, message) -> message)
                .start();
        Recorder client = fixture().connect(server);
        BlockingQueue<String> direct = new LinkedBlockingQueue<>();
        client.channel().onMessage("down", (channel, message) -> direct.add(message.text()));
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        client.takeStates();

        List<CompletionStage<?>> stages = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String text = Integer.toString(i);
            expected.add(text);
            topic.publish(Message.of(text));
            stages.add(client.channel().send("up", Message.of(text)));
            stages.add(fixture().serverSide(server, client).send("down", Message.of(text)));
            if (i % 10 == 0) {
                stages.add(client.channel()
                        .request("echo", Message.of(text))
                        .thenAccept(reply -> assertThat(reply.text()).isEqualTo(text)));
            }
            if (i % 100 == 50) {
                Await.value(client.channel().switchTo(fixture().transport().name()));
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
        assertThat(client.takeStates()).isEmpty();
        assertThat(opened).hasValue(1);
    }

    /** A connection that cannot be made, or that falls silent, does not take over: the one before goes on. */
    @Test
    default void staysWhereItIsWhenTheNewConnectionFails() {
        Server server = fixture().server();
        Topic topic = server.topic("topic");
        server.onRequest("echo", (channel, message) -> message).start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client = fixture().connect(network, fixture().uri(server));
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        client.takeStates();

        network.refuse(true);
        CompletionStage<Void> refused = client.channel().switchTo(network.name());
        assertThat(Await.failure(refused).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        network.refuse(false);

        topic.publish(Message.of("1"));
        assertThat(client.takeTexts("topic", 1)).containsExactly("1");
        assertThat(Await.value(client.channel().request("echo", Message.of("hi")))
                        .text())
                .isEqualTo("hi");
        assertThat(client.takeStates()).isEmpty();
    }

    /** A connection that is cut while the other takes over is no break: the other has the channel, or the channel resumes. */
    @Test
    default void survivesACutDuringTheChange() {
        int rounds = 20;
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        Server server = fixture().server();
        Topic topic = server.topic("topic");
        server.onMessage("up", (channel, message) -> atServer.add(message.text()))
                .start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client = fixture().connect(network, fixture().uri(server));
        Await.value(client.subscribe("topic", Start.now()).subscribed());

        List<CompletionStage<Void>> sent = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            for (int j = 0; j < 5; j++) {
                String text = i + "." + j;
                expected.add(text);
                topic.publish(Message.of(text));
                sent.add(client.channel().send("up", Message.of(text)));
            }
            CompletionStage<Void> switched = client.channel().switchTo(network.name());
            topic.publish(Message.of("while " + i));
            expected.add("while " + i);
            sent.add(client.channel().send("up", Message.of("while " + i)));
            if (i % 2 == 0) {
                network.cut();
                Await.value(switched.handle((done, failure) -> "settled"));
            } else {
                Await.value(switched);
            }
        }

        assertThat(client.takeTexts("topic", expected.size())).isEqualTo(expected);
        for (String text : expected) {
            assertThat(Await.next(atServer)).isEqualTo(text);
        }
        sent.forEach(Await::value);
        Await.value(client.channel().request("none", Message.of("")).handle((reply, failure) -> "settled"));
        assertThat(client.channel().state()).isEqualTo(State.OPEN);
    }

    /** When the connection that takes over is the only one left, and another move is asked for, the channel is connected again. */
    @Test
    default void movesOnFromTheConnectionThatIsTakingOver() {
        Server server = fixture().server();
        Topic topic = server.topic("topic");
        server.start();
        CuttableTransport network = new CuttableTransport(fixture().transport());
        Recorder client = fixture().connect(network, fixture().uri(server));
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        CountDownLatch given = new CountDownLatch(1);
        AtomicReference<String> taker = new AtomicReference<>();
        network.rewrite(envelope -> {
            // A poll is told again with the next one.
            boolean isFirst = envelope.kind() == Kind.TAKE
                    && (taker.compareAndSet(null, envelope.name())
                            || envelope.name().equals(taker.get()));
            if (!isFirst) {
                return envelope;
            }
            given.countDown();
            return Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null);
        });

        CompletionStage<Void> first = client.channel().switchTo(network.name());
        Await.open(given);
        while (network.connections() > 1) {
            LockSupport.parkNanos(1_000_000);
        }
        CompletionStage<Void> second = client.channel().switchTo(network.name());

        assertThat(Await.failure(first).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        Await.value(second);
        topic.publish(Message.of("1"));
        assertThat(client.takeTexts("topic", 1)).containsExactly("1");
        assertThat(client.channel().state()).isEqualTo(State.OPEN);
    }

    /** A transport that the client does not have, and a change on the server, are refused. */
    @Test
    default void refusesToMoveToWhatThereIsNot() {
        Server server = fixture().server().start();
        Recorder client = fixture().connect(server);

        assertThat(Await.failure(client.channel().switchTo("pigeon")))
                .hasMessageContaining("pigeon")
                .hasMessageContaining(fixture().transport().name());
        assertThat(Await.failure(fixture().serverSide(server, client).switchTo("sse"))
                        .code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
    }
}
