// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.spi.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** That peers and handlers that misbehave hurt themselves alone. */
public interface LimitContract extends ContractPart {

    /** A message over the limit fails where it is sent, and the channel goes on. */
    @Test
    default void refusesToSendWhatIsTooLarge() {
        Server server = fixture().server("wherry.limits.message", "1000");
        server.onRequest("echo", (channel, message) -> message)
                .onRequest(
                        "grow", (channel, message) -> Message.of(message.text().repeat(11)))
                .start();
        Topic topic = server.topic("topic", TopicOptions.defaults().clientPublish(true));
        Recorder client = fixture().connect(server);
        Channel serverSide = fixture().serverSide(server, client);
        Message over = Message.of("x".repeat(1001));
        Message most = Message.of("x".repeat(1000));

        List<CompletionStage<?>> stages = List.of(
                client.channel().send("in", over),
                client.channel().request("echo", over),
                client.channel().publish("topic", over),
                serverSide.send("out", over),
                serverSide.request("out", over),
                topic.publish(over));

        assertThat(stages).extracting(stage -> Await.failure(stage).code()).containsOnly(ErrorCode.TOO_LARGE);
        assertThat(Await.failure(client.channel().request("grow", Message.of("x".repeat(100))))
                        .code())
                .isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(Await.value(client.channel().request("echo", most))).isEqualTo(most);
        assertThat(client.takeStates()).isEmpty();
    }

    /** A client that sends more than it may is ended with a code that says so; nobody else notices. */
    @Test
    default void endsAClientThatSendsTooMuch() {
        Server server = fixture().server("wherry.limits.message", "1000");
        server.onRequest("echo", (channel, message) -> message).start();
        Recorder good = fixture().connect(server);
        CuttableTransport deaf = new CuttableTransport(fixture().transport());
        deaf.rewrite(LimitContract::withoutLimit);
        Recorder bad = fixture().connect(deaf, fixture().uri(server));

        CompletionStage<Message> reply = bad.channel().request("echo", Message.of("x".repeat(100_000)));

        assertThat(bad.takeEnd().code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(Await.failure(reply).code()).isIn(ErrorCode.TOO_LARGE, ErrorCode.CLOSED);
        assertThat(Await.value(good.channel().request("echo", Message.of("fine")))
                        .text())
                .isEqualTo("fine");
        assertThat(good.takeStates()).isEmpty();
    }

    private static Envelope withoutLimit(Envelope envelope) {
        return envelope.kind() == Envelope.Kind.WELCOME
                ? Envelope.at(
                        envelope.position(),
                        envelope.kind(),
                        envelope.name(),
                        envelope.argument(),
                        Message.of(envelope.message().text().replaceAll("max-message=\\d+", "max-message=1048576")))
                : envelope;
    }

    /** A handler that throws misses its message alone, on either side. */
    @Test
    default void survivesAHandlerThatThrows() {
        Server server = fixture().server();
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onOpen(channel -> {
                    throw new IllegalStateException("thrown by the test's onOpen");
                })
                .onMessage("in", (channel, message) -> {
                    atServer.add(message.text());
                    throw new IllegalStateException("thrown by the test's onMessage");
                })
                .start();
        Topic topic = server.topic("topic");
        Recorder client = fixture().connect(server);
        BlockingQueue<String> atClient = new LinkedBlockingQueue<>();
        Await.value(client.channel()
                .subscribe("topic", message -> {
                    atClient.add(message.text());
                    throw new AssertionError("thrown by the test's listener");
                })
                .subscribed());

        for (int i = 0; i < 3; i++) {
            client.channel().send("in", Message.of("m" + i));
            topic.publish(Message.of("t" + i));
        }

        for (int i = 0; i < 3; i++) {
            assertThat(Await.next(atServer)).isEqualTo("m" + i);
            assertThat(Await.next(atClient)).isEqualTo("t" + i);
        }
        assertThat(client.takeStates()).isEmpty();
    }

    /** A handler that blocks holds up its own channel, whose sender is told to wait; nobody else notices. */
    @Test
    default void survivesAHandlerThatBlocks() {
        int count = 100;
        Server server = fixture().server("wherry.limits.inbound", "64KiB");
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        BlockingQueue<Integer> atServer = new LinkedBlockingQueue<>();
        server.onMessage("slow", (channel, message) -> {
                    blocked.countDown();
                    Await.open(release);
                    atServer.add(message.size());
                })
                .onRequest("echo", (channel, message) -> message)
                .start();
        Recorder slow = fixture().connect(server, "wherry.limits.outbound-high", "256KiB");
        Recorder other = fixture().connect(server);
        CountDownLatch writable = new CountDownLatch(1);
        slow.channel().onWritable(writable::countDown);

        assertThat(slow.channel().isWritable()).isTrue();
        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(slow.channel().send("slow", Message.of(new byte[10_000 + i])));
        }
        Await.open(blocked);
        assertThat(slow.channel().isWritable()).isFalse();
        for (int i = 0; i < 20; i++) {
            assertThat(Await.value(other.channel().request("echo", Message.of("fine")))
                            .text())
                    .isEqualTo("fine");
        }
        assertThat(atServer).isEmpty();
        assertThat(slow.channel().isWritable()).isFalse();
        release.countDown();

        for (int i = 0; i < count; i++) {
            assertThat(Await.next(atServer)).isEqualTo(10_000 + i);
        }
        sent.forEach(Await::value);
        Await.open(writable);
        assertThat(slow.takeStates()).isEmpty();
    }

    /** A handler that answers later holds its client back as one that blocks, however small the requests; none is lost. */
    @Test
    default void boundsRequestsThatHaveNoAnswerYet() {
        int count = 20_000;
        Server server = fixture().server("wherry.limits.inbound", "64KiB", "wherry.limits.unacknowledged", "64MiB");
        CompletableFuture<Message> answer = new CompletableFuture<>();
        AtomicInteger called = new AtomicInteger();
        CountDownLatch some = new CountDownLatch(200);
        server.onRequest("later", RequestHandler.async((channel, message) -> {
                    called.incrementAndGet();
                    some.countDown();
                    return answer.thenApply(released -> message);
                }))
                .onRequest("echo", (channel, message) -> message)
                .start();
        Recorder greedy = fixture().connect(server, "wherry.limits.unacknowledged", "64MiB");
        Recorder other = fixture().connect(server);

        List<CompletionStage<Message>> replies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            replies.add(greedy.channel().request("later", Message.of("r" + i)));
        }
        Await.open(some);
        int before;
        do {
            before = called.get();
            long quietUntil = System.nanoTime() + 200_000_000;
            while (System.nanoTime() - quietUntil < 0) {
                assertThat(Await.value(other.channel().request("echo", Message.of("fine")))
                                .text())
                        .isEqualTo("fine");
            }
        } while (called.get() > before);
        assertThat(called.get()).isLessThan(count / 4);
        answer.complete(Message.empty());

        for (int i = 0; i < count; i++) {
            assertThat(Await.value(replies.get(i)).text()).isEqualTo("r" + i);
        }
        assertThat(called).hasValue(count);
        assertThat(greedy.takeStates()).isEmpty();
    }

    /** A client that reads slowly is behind, and nobody else is; it gets all that is kept. */
    @Test
    default void survivesASlowReader() {
        int count = 400;
        Server server = fixture().server().start();
        Topic topic =
                server.topic("topic", TopicOptions.defaults().maxCount(count).maxBytes(64 << 20));
        Recorder slow = fixture().connect(server, "wherry.limits.inbound", "64KiB");
        Recorder other = fixture().connect(server);
        CountDownLatch release = new CountDownLatch(1);
        BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
        Await.value(slow.channel()
                .subscribe("topic", message -> {
                    Await.open(release);
                    read.add(message.size());
                })
                .subscribed());
        Await.value(other.subscribe("topic", Start.now()).subscribed());

        for (int i = 0; i < count; i++) {
            topic.publish(Message.of(new byte[20_000 + i]));
        }
        for (int i = 0; i < count; i++) {
            assertThat(other.takeMessage("topic").size()).isEqualTo(20_000 + i);
        }
        assertThat(read).isEmpty();
        release.countDown();

        for (int i = 0; i < count; i++) {
            assertThat(Await.next(read)).isEqualTo(20_000 + i);
        }
        assertThat(slow.takeStates()).isEmpty();
    }

    /** What a client keeps to send is bounded: over the bound sends fail, and what was taken still arrives. */
    @Test
    default void boundsWhatIsKeptToBeSent() {
        Server server = fixture().server();
        BlockingQueue<String> atServer = new LinkedBlockingQueue<>();
        server.onMessage("up", (channel, message) -> atServer.add(message.text().substring(0, 2)))
                .start();
        Network network = fixture().network(server);
        Recorder client = fixture()
                .connect(
                        network,
                        "wherry.limits.message",
                        "32KiB",
                        "wherry.limits.unacknowledged",
                        "64KiB",
                        "wherry.limits.outbound-high",
                        "16KiB");
        network.refuse(true);
        network.cut();
        client.takeState(State.RECONNECTING);

        List<CompletionStage<Void>> sent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            sent.add(client.channel().send("up", Message.of("m" + i + "x".repeat(10_000))));
        }

        assertThat(client.channel().isWritable()).isFalse();
        assertThat(Await.failure(sent.get(9)).code()).isEqualTo(ErrorCode.TOO_MANY);
        network.refuse(false);
        for (int i = 0; i < 6; i++) {
            assertThat(Await.next(atServer)).isEqualTo("m" + i);
            Await.value(sent.get(i));
        }
    }
}
