// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** That a server that stops in order loses nothing, is done in time, and has its clients come back when it says. */
public interface StopContract extends ContractPart {

    /** All that was given before arrives, handlers and their replies are waited for, and what is sent meanwhile goes to the next server. */
    @Test
    default void losesNothingWhenItStops() {
        int count = 500;
        Server first = fixture().server();
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Message> answer = new CompletableFuture<>();
        BlockingQueue<String> atFirst = new LinkedBlockingQueue<>();
        first.onRequest("slow", RequestHandler.async((channel, message) -> {
                    asked.countDown();
                    return answer;
                }))
                .onMessage("up", (channel, message) -> atFirst.add(message.text()))
                .start();
        Topic topic = first.topic("topic", TopicOptions.defaults().maxCount(count));
        Recorder client = fixture().connect(first);
        Channel serverSide = fixture().serverSide(first, client);
        BlockingQueue<String> direct = new LinkedBlockingQueue<>();
        client.channel().onMessage("down", (channel, message) -> direct.add(message.text()));
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        CompletionStage<Message> reply = client.channel().request("slow", Message.empty());
        Await.open(asked);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            expected.add("m" + i);
            topic.publish(Message.of("m" + i));
            serverSide.send("down", Message.of("m" + i));
        }

        CompletionStage<Void> closed = first.closeAsync(Duration.ofSeconds(12));
        CompletionStage<Void> late = client.channel().send("up", Message.of("late"));
        CuttableTransport strangersNetwork = new CuttableTransport(fixture().transport());
        Recorder stranger = fixture()
                .record(fixture()
                        .add(fixture().clientBuilder(strangersNetwork).build())
                        .connect(fixture().uri(first)));

        assertThat(client.takeTexts("topic", count)).isEqualTo(expected);
        for (String text : expected) {
            assertThat(Await.next(direct)).isEqualTo(text);
        }
        assertThat(closed.toCompletableFuture()).isNotDone();
        answer.complete(Message.of("at last"));
        assertThat(Await.value(reply).text()).isEqualTo("at last");
        Await.value(closed);
        client.takeState(State.RECONNECTING);
        assertThat(stranger.takeStates()).isEmpty();
        assertThat(strangersNetwork.connects()).isLessThanOrEqualTo(2);
        Server second = fixture().server("wherry.port", Integer.toString(Math.max(0, first.port())));
        BlockingQueue<String> atSecond = new LinkedBlockingQueue<>();
        second.topic("topic");
        second.onMessage("up", (channel, message) -> atSecond.add(message.text()))
                .start();

        assertThat(client.takeGap().reason()).isEqualTo(Gap.Reason.CHANNEL);
        assertThat(client.takeGap().reason()).isEqualTo(Gap.Reason.EPOCH);
        Await.value(late);
        assertThat(Await.next(atSecond)).isEqualTo("late");
        assertThat(atSecond).isEmpty();
        assertThat(atFirst).isEmpty();
        assertThat(direct).isEmpty();
    }

    /** A client that reads nothing, and a handler that goes on, do not hold the server up beyond the grace. */
    @Test
    default void stopsWithinTheGrace() {
        Server server = fixture().server();
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        server.onMessage("block", (channel, message) -> {
                    handling.countDown();
                    Await.open(release);
                })
                .start();
        Topic topic =
                server.topic("topic", TopicOptions.defaults().maxCount(1000).maxBytes(64 << 20));
        Network network = fixture().network(server);
        Recorder frozen = fixture().connect(network);
        Recorder busy = fixture().connect(server);
        Await.value(frozen.subscribe("topic", Start.now()).subscribed());
        var unused = busy.channel().send("block", Message.empty());
        Await.open(handling);
        network.stall(true);
        for (int i = 0; i < 200; i++) {
            topic.publish(Message.of(new byte[100_000]));
        }

        long before = System.nanoTime();
        Await.value(server.closeAsync(Duration.ofSeconds(2)));
        Duration took = Duration.ofNanos(System.nanoTime() - before);

        assertThat(took).isLessThan(Duration.ofMillis(2500));
        assertThat(server.channels()).isEmpty();
        release.countDown();
        network.stall(false);
        frozen.takeState(State.RECONNECTING);
        busy.takeState(State.RECONNECTING);
        frozen.dropMessages("topic");
    }

    /** Each client is told a time of its own, and all together as many a second as is configured. */
    @Test
    default void spreadsWhenToComeBack() {
        int count = 20;
        Server server = fixture().server("wherry.come-back-rate", "20").start();
        List<Long> told = Collections.synchronizedList(new ArrayList<>());
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CuttableTransport network = new CuttableTransport(fixture().transport());
            network.rewrite(envelope -> {
                if (envelope.kind() == Kind.END) {
                    told.add(Long.parseLong(envelope.argumentOrEmpty().split(" ", 2)[0]));
                }
                return envelope;
            });
            recorders.add(fixture().connect(network, fixture().uri(server)));
        }

        Await.value(server.closeAsync(Duration.ofSeconds(10)));

        recorders.forEach(recorder -> recorder.takeState(State.RECONNECTING));
        assertThat(told).hasSize(count).allMatch(millis -> millis >= 0 && millis <= 1001);
        assertThat(Collections.max(told) - Collections.min(told)).isGreaterThan(200);
    }

    /** A client comes back when it is told, neither before nor later, whatever its own back-off says. */
    @Test
    default void comesBackWhenTold() {
        Server first = fixture().server().start();
        Recorder soon = comingBackAfter(first, 800, "10m");
        Recorder late = comingBackAfter(first, 2000, "1ms");

        long before = System.nanoTime();
        first.close(Duration.ofSeconds(5));
        soon.takeState(State.RECONNECTING);
        late.takeState(State.RECONNECTING);
        fixture()
                .server("wherry.port", Integer.toString(Math.max(0, first.port())))
                .start();

        late.takeState(State.OPEN);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(1900));
        assertThat(soon.channel().state()).isEqualTo(State.OPEN);
        assertThat(soon.takeGap().reason()).isEqualTo(Gap.Reason.CHANNEL);
        assertThat(late.takeGap().reason()).isEqualTo(Gap.Reason.CHANNEL);
    }

    private Recorder comingBackAfter(Server server, int millis, String backoff) {
        CuttableTransport network = new CuttableTransport(fixture().transport());
        network.rewrite(envelope -> envelope.kind() == Kind.END
                ? Envelope.at(null, Kind.END, envelope.name(), millis + " 0", envelope.message())
                : envelope);
        return fixture()
                .connect(network, fixture().uri(server), "wherry.backoff-min", backoff, "wherry.backoff-max", backoff);
    }
}
