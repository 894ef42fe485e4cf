// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.testkit.proxy.Direction;
import io.wherry.testkit.proxy.Fault;
import io.wherry.testkit.proxy.TcpProxy;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** That a peer is noticed that is lost without a reset, or reads no more, by both ends; on transports with sockets. */
public interface LostPeerContract extends ContractPart {

    /** What goes up vanishes: both ends notice, and when the network is repaired the channel goes on. */
    @Test
    default void noticesThatNothingGetsUp() {
        noticesABlackHole(Direction.UP);
    }

    /** What goes down vanishes, though what goes up arrives. */
    @Test
    default void noticesThatNothingGetsDown() {
        noticesABlackHole(Direction.DOWN);
    }

    private void noticesABlackHole(Direction direction) {
        Server server = fixture().server("wherry.heartbeat", "150ms", "wherry.lost-after", "800ms");
        server.start();
        if (server.port() < 0) {
            return;
        }
        Topic topic = server.topic("topic");
        try (TcpProxy proxy = TcpProxy.to(server.port())) {
            Recorder client = fixture()
                    .connect(fixture().transport(), proxy.front(fixture().uri(server)), "wherry.connect-timeout", "1s");
            Await.value(client.subscribe("topic", Start.now()).subscribed());
            String id = client.channel().id();
            BlockingQueue<State> states = new LinkedBlockingQueue<>();
            Channel atServer = fixture().serverSide(server, client).onState(states::add);

            Fault hole = proxy.blackHole(direction);
            topic.publish(Message.of("lost at first"));

            client.takeState(State.RECONNECTING);
            awaitState(states, State.RECONNECTING);
            assertThat(atServer.state()).isNotEqualTo(State.CLOSED);
            hole.off();
            client.takeState(State.OPEN);
            awaitState(states, State.OPEN);
            assertThat(client.takeTexts("topic", 1)).containsExactly("lost at first");
            assertThat(client.channel().id()).isEqualTo(id);
        }
    }

    private static void awaitState(BlockingQueue<State> states, State state) {
        while (Await.next(states) != state) {
            // go on
        }
    }

    /** A client that reads no more is noticed by the server, though it may still send; when it reads again nothing is lost. */
    @Test
    default void noticesThatAClientReadsNoMore() {
        int count = 200;
        Server server = fixture().server("wherry.heartbeat", "150ms", "wherry.lost-after", "1s");
        server.start();
        if (server.port() < 0) {
            return;
        }
        Topic topic =
                server.topic("topic", TopicOptions.defaults().maxCount(count).maxBytes(64 << 20));
        try (TcpProxy proxy = TcpProxy.to(server.port())) {
            CuttableTransport patient = new CuttableTransport(fixture().transport());
            patient.rewrite(LostPeerContract::patient);
            Recorder client = fixture()
                    .connect(
                            patient,
                            proxy.front(fixture().uri(server)),
                            "wherry.heartbeat",
                            "150ms",
                            "wherry.lost-after",
                            "60s");
            Await.value(client.subscribe("topic", Start.now()).subscribed());
            BlockingQueue<State> states = new LinkedBlockingQueue<>();
            fixture().serverSide(server, client).onState(states::add);
            awaitState(states, State.OPEN);

            Fault stall = proxy.stall(Direction.DOWN);
            Random random = new Random(1); // so that compression is no help
            byte[] noise = new byte[75_000];
            for (int i = 0; i < count; i++) {
                random.nextBytes(noise);
                topic.publish(Message.of(i + " " + Base64.getEncoder().encodeToString(noise)));
            }

            awaitState(states, State.RECONNECTING);
            stall.off();
            for (int i = 0; i < count; i++) {
                assertThat(client.takeMessage("topic").text()).startsWith(i + " ");
            }
        }
    }

    /** A welcome that lets a client wait longer than the server does. */
    private static Envelope patient(Envelope envelope) {
        return envelope.kind() == Kind.WELCOME
                ? Envelope.at(
                        envelope.position(),
                        envelope.kind(),
                        envelope.name(),
                        envelope.argument(),
                        Message.of(envelope.message().text().replaceAll("lost-after=\\d+", "lost-after=60000")))
                : envelope;
    }
}
