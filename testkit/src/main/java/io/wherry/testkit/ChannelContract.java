// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.WherryException;
import io.wherry.spi.Transport;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How channels open and end. */
public interface ChannelContract extends ContractPart {

    /** A transport is a word in the configuration. */
    @Test
    default void isFoundByItsName() {
        Transport transport = fixture().transport();

        assertThat(ServiceLoader.load(Transport.class))
                .filteredOn(found -> found.name().equals(transport.name()))
                .hasOnlyElementsOfType(transport.getClass())
                .hasSize(1);
    }

    /** Both sides see the same channel, once. */
    @Test
    default void opensOnceOnBothSides() {
        Server server = fixture().server();
        BlockingQueue<Channel> opened = new LinkedBlockingQueue<>();
        server.onOpen(opened::add).start();

        Recorder client = fixture().connect(server);

        Channel atServer = Await.next(opened);
        Channel atClient = client.channel();
        assertThat(atServer.id()).isEqualTo(atClient.id()).hasSizeGreaterThanOrEqualTo(22);
        assertThat(atServer.transport())
                .isEqualTo(atClient.transport())
                .isEqualTo(fixture().transport().name());
        assertThat(atServer.state()).isEqualTo(atClient.state()).isEqualTo(State.OPEN);
        assertThat(atServer.handshake()).isNotNull();
        assertThat(server.channels()).containsExactly(atServer);
        assertThat(server.channel(atClient.id())).isSameAs(atServer);
        assertThat(opened).isEmpty();
    }

    /** What a client sends and then closes arrives, before the server hears of the end. */
    @Test
    default void closesByTheClientAfterWhatItSent() {
        Server server = fixture().server();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        server.onOpen(channel -> heard.add("open"))
                .onClose(channel -> heard.add("close " + channel.state()))
                .onMessage("in", (channel, message) -> heard.add(message.text()))
                .start();
        Recorder client = fixture().connect(server);

        for (int i = 0; i < 20; i++) {
            client.channel().send("in", Message.of("m" + i));
        }
        Await.value(client.channel().closeAsync());

        assertThat(Await.next(heard)).isEqualTo("open");
        for (int i = 0; i < 20; i++) {
            assertThat(Await.next(heard)).isEqualTo("m" + i);
        }
        assertThat(Await.next(heard)).isEqualTo("close CLOSED");
        assertThat(client.takeEnd().code()).isEqualTo(ErrorCode.CLOSED);
        assertThat(client.channel().state()).isEqualTo(State.CLOSED);
        assertThat(server.channels()).isEmpty();
        client.channel().close();
        assertThat(heard).isEmpty();
    }

    /** What the server sends and then closes arrives, before the client hears of the end. */
    @Test
    default void closesByTheServerAfterWhatItSent() {
        Server server = fixture().server();
        CountDownLatch closed = new CountDownLatch(1);
        server.onClose(channel -> closed.countDown()).start();
        Recorder client = fixture().connect(server);
        client.handle("out");
        Channel atServer = fixture().serverSide(server, client);

        for (int i = 0; i < 20; i++) {
            atServer.send("out", Message.of("m" + i));
        }
        atServer.close();

        assertThat(client.takeTexts("out", 20))
                .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "m" + i).toList());
        assertThat(client.takeEnd().code()).isEqualTo(ErrorCode.CLOSED);
        client.takeState(State.CLOSED);
        Await.open(closed);
        assertThat(server.channel(atServer.id())).isNull();
    }

    /** A closed channel takes nothing, and says so. */
    @Test
    default void failsWhatIsAskedOfAClosedChannel() {
        Server server = fixture().server().start();
        server.topic("topic");
        Recorder client = fixture().connect(server);
        Channel channel = client.channel();

        Await.value(channel.closeAsync());

        List<CompletionStage<?>> asked = List.of(
                channel.send("in", Message.of("late")),
                channel.request("in", Message.of("late")),
                channel.publish("topic", Message.of("late")),
                channel.subscribe("topic", message -> {}).subscribed());
        assertThat(asked).extracting(stage -> Await.failure(stage).code()).containsOnly(ErrorCode.CLOSED);
        assertThat(client.takeEnd().code()).isEqualTo(ErrorCode.CLOSED);
        BlockingQueue<WherryException> toldAtOnce = new LinkedBlockingQueue<>();
        channel.onClose(toldAtOnce::add);
        assertThat(Await.next(toldAtOnce).code()).isEqualTo(ErrorCode.CLOSED);
    }

    /** A client waits for its server, and so does what it sends. */
    @Test
    default void waitsForTheServer() {
        Server server = fixture().server();
        server.onRequest("echo", (channel, message) -> message).start();
        Network network = fixture().network(server);
        network.refuse(true);
        Client client =
                fixture().add(fixture().clientBuilder(network.transport()).build());

        Channel channel = client.connect(network.uri());
        CompletionStage<Message> reply = channel.request("echo", Message.of("patience"));
        assertThat(channel.id()).isEmpty();
        assertThat(channel.state()).isEqualTo(State.CONNECTING);
        network.refuse(false);

        assertThat(Await.value(reply).text()).isEqualTo("patience");
    }

    /** Who asks is found out by the request's headers, and known to handlers. */
    @Test
    default void knowsThePrincipal() {
        Principal ada = () -> "ada";
        Server server = fixture()
                .add(fixture()
                        .serverBuilder()
                        .authenticator(handshake -> {
                            if (!"Bearer ada".equals(handshake.header("authorization"))) {
                                throw new WherryException(ErrorCode.UNAUTHORIZED, "authorization: (expected: Ada's)");
                            }
                            return ada;
                        })
                        .build());
        server.onRequest("who", (channel, message) -> Message.of(String.valueOf(channel.principal() == ada)))
                .start();

        Client known = fixture()
                .add(fixture()
                        .clientBuilder(fixture().transport())
                        .header("Authorization", "Bearer ada")
                        .build());
        Client stranger = fixture().client();
        Channel welcome = known.connect(fixture().uri(server));
        Recorder refused = fixture().record(stranger.connect(fixture().uri(server)));

        assertThat(Await.value(welcome.request("who", Message.empty())).text()).isEqualTo("true");
        assertThat(refused.takeEnd().code()).isEqualTo(ErrorCode.UNAUTHORIZED);
        assertThat(refused.channel().state()).isEqualTo(State.CLOSED);
        assertThat(server.channels()).hasSize(1);
    }

    /** A server that stops tells its clients, and leaves nothing behind. */
    @Test
    default void stopsTheServer() {
        Server server = fixture().server();
        CountDownLatch closed = new CountDownLatch(20);
        server.onClose(channel -> closed.countDown()).start();
        Client client = fixture().client();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            recorders.add(fixture().opened(client.connect(fixture().uri(server))));
        }

        Await.value(server.closeAsync());

        Await.open(closed);
        assertThat(server.channels()).isEmpty();
        for (Recorder recorder : recorders) {
            recorder.takeState(State.RECONNECTING);
        }
    }

    /** A client that stops tells the server, and leaves nothing behind. */
    @Test
    default void stopsTheClient() {
        Server server = fixture().server();
        CountDownLatch closed = new CountDownLatch(20);
        server.onClose(channel -> closed.countDown()).start();
        Client client = fixture().client();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            recorders.add(fixture().opened(client.connect(fixture().uri(server))));
        }

        Await.value(client.closeAsync());

        for (Recorder recorder : recorders) {
            assertThat(recorder.takeEnd().code()).isEqualTo(ErrorCode.CLOSED);
            assertThat(recorder.channel().state()).isEqualTo(State.CLOSED);
        }
        Await.open(closed);
        assertThat(server.channels()).isEmpty();
    }

    /** Many channels, each with its own messages beside those for all. */
    @Test
    default void carriesManyChannels() {
        int count = 200;
        Server server = fixture().server();
        Topic topic = server.topic("news");
        server.onMessage("echo", (channel, message) -> channel.send("echo", message))
                .start();
        Client client = fixture().client(fixture().ifKnown("wherry.http.poll-interval", "300ms"));
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            recorders.add(fixture().record(client.connect(fixture().uri(server))));
        }
        recorders.forEach(
                recorder -> Await.value(recorder.subscribe("news", Start.now()).subscribed()));
        assertThat(server.channels()).hasSize(count);
        assertThat(topic.readers()).isEqualTo(count);

        for (int i = 0; i < 5; i++) {
            topic.publish(Message.of("news " + i));
        }
        for (Recorder recorder : recorders) {
            assertThat(recorder.takeTexts("news", 5)).containsExactly("news 0", "news 1", "news 2", "news 3", "news 4");
        }
        for (int i = 0; i < count; i++) {
            recorders.get(i).handle("echo").channel().send("echo", Message.of("mine " + i));
        }
        for (int i = 0; i < count; i++) {
            assertThat(recorders.get(i).takeMessage("echo").text()).isEqualTo("mine " + i);
        }
    }
}
