// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Authorizer;
import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Subscription;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.testkit.Recorder.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** That topics reach their subscribers, from where they want to read. */
public interface TopicContract extends ContractPart {

    /** From now on: what was before is not given. */
    @Test
    default void subscribesFromNow() {
        Server server = fixture().server().start();
        Topic topic = server.topic("topic");
        Position before = Await.value(topic.publish(Message.of("before")));
        Recorder client = fixture().connect(server);

        Position head = Await.value(client.subscribe("topic", Start.now()).subscribed());
        Position after = Await.value(topic.publish(Message.of("after")));

        Message message = client.takeMessage("topic");
        assertThat(message.text()).isEqualTo("after");
        assertThat(message.position()).isEqualTo(after);
        assertThat(before.isAfter(head)).isFalse();
        assertThat(after.isAfter(head)).isTrue();
        assertThat(client.channel().position()).isEqualTo(after);
    }

    /** After a position: what came since, then what comes. */
    @Test
    default void subscribesAfterAPosition() {
        Server server = fixture().server().start();
        Topic topic = server.topic("topic");
        List<Position> positions = publish(topic, 0, 10);
        Recorder client = fixture().connect(server);

        Await.value(client.subscribe("topic", Start.after(positions.get(3))).subscribed());
        publish(topic, 10, 12);

        assertThat(client.takeTexts("topic", 8)).containsExactly("4", "5", "6", "7", "8", "9", "10", "11");
    }

    /** The last messages, at most as many as are kept, then what comes. */
    @Test
    default void subscribesToTheLast() {
        Server server = fixture().server().start();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(5));
        server.topic("empty");
        List<Position> positions = publish(topic, 0, 10);
        Recorder some = fixture().connect(server);
        Recorder all = fixture().connect(server);

        Await.value(some.subscribe("topic", Start.last(3)).subscribed());
        Await.value(all.subscribe("empty", Start.last(3)).subscribed());
        Await.value(all.subscribe("topic", Start.last(100)).subscribed());
        publish(topic, 10, 12);

        for (int i = 7; i < 10; i++) {
            Message message = some.takeMessage("topic");
            assertThat(message.text()).isEqualTo(Integer.toString(i));
            assertThat(message.position()).isEqualTo(positions.get(i));
        }
        assertThat(some.takeTexts("topic", 2)).containsExactly("10", "11");
        assertThat(all.takeTexts("topic", 7)).containsExactly("5", "6", "7", "8", "9", "10", "11");
    }

    /** A topic that is published to without pause, while it is subscribed to: history and what follows are one row. */
    @Test
    default void losesNothingBetweenHistoryAndWhatFollows() {
        Server server = fixture().server().start();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(1_000_000));
        publish(topic, 0, 500);
        AtomicBoolean goOn = new AtomicBoolean(true);
        AtomicInteger next = new AtomicInteger(500);
        CompletableFuture<Void> publisher = CompletableFuture.runAsync(() -> {
            while (goOn.get() && next.get() < 200_000) {
                topic.publish(Message.of(Integer.toString(next.getAndIncrement())));
                if (next.get() % 20 == 0) {
                    LockSupport.parkNanos(5_000_000);
                }
            }
        });
        try {
            for (int round = 0; round < 5; round++) {
                Channel channel = fixture().connect(server).channel();
                BlockingQueue<Integer> taken = new LinkedBlockingQueue<>();
                Subscription subscription = channel.subscribe(
                        "topic", Start.last(300), message -> taken.add(Integer.parseInt(message.text())));
                int first = Await.next(taken);
                for (int i = 1; i < 600; i++) {
                    assertThat(Await.next(taken)).isEqualTo(first + i);
                }
                subscription.close();
            }
        } finally {
            goOn.set(false);
            publisher.join();
        }
    }

    /** After a position that the topic no longer keeps: a gap first, that says how much is missing. */
    @Test
    default void tellsWhatASubscriptionMisses() {
        Server server = fixture().server().start();
        Topic topic = server.topic("topic", TopicOptions.defaults().maxCount(5));
        List<Position> positions = publish(topic, 0, 10);
        Recorder client = fixture().connect(server);

        Await.value(client.subscribe("topic", Start.after(positions.get(1))).subscribed());

        assertThat(client.takeGap()).isEqualTo(new Gap("topic", Gap.Reason.OVERRUN, positions.get(4)));
        assertThat(client.takeTexts("topic", 5)).containsExactly("5", "6", "7", "8", "9");
    }

    /** Several topics come in one order, that of publishing. */
    @Test
    default void keepsOneOrderOfSeveralTopics() {
        Server server = fixture().server().start();
        List<Topic> topics = new ArrayList<>();
        Recorder client = fixture().connect(server);
        for (int i = 0; i < 5; i++) {
            topics.add(server.topic("topic-" + i));
            Await.value(client.subscribe("topic-" + i, Start.now()).subscribed());
        }

        for (int i = 0; i < 500; i++) {
            topics.get(i * 7 % 5).publish(Message.of("m" + i));
        }

        for (int i = 0; i < 500; i++) {
            Event event = client.take();
            assertThat(event.source()).isEqualTo("topic-" + i * 7 % 5);
            assertThat(event.message()).isEqualTo(Message.of("m" + i));
        }
    }

    /** Each listener of a topic hears its messages; the last one that goes ends the subscription. */
    @Test
    default void listensTwice() {
        Server server = fixture().server();
        server.onRequest("sync", (channel, message) -> message).start();
        Topic topic = server.topic("topic");
        Recorder client = fixture().connect(server);
        BlockingQueue<String> second = new LinkedBlockingQueue<>();

        Subscription one = client.subscribe("topic", Start.now());
        Subscription two = client.channel().subscribe("topic", message -> second.add(message.text()));
        Await.value(one.subscribed());
        Await.value(two.subscribed());
        publish(topic, 0, 1);
        assertThat(client.takeTexts("topic", 1)).containsExactly("0");
        assertThat(Await.next(second)).isEqualTo("0");
        assertThat(topic.readers()).isEqualTo(1);

        one.close();
        publish(topic, 1, 2);
        assertThat(Await.next(second)).isEqualTo("1");
        assertThat(topic.readers()).isEqualTo(1);
        two.close();
        Await.value(client.channel().request("sync", Message.empty()));
        assertThat(topic.readers()).isZero();
        publish(topic, 2, 3);
        Await.value(client.channel().request("sync", Message.empty()));
        assertThat(second).isEmpty();
    }

    /** A topic that is not there, or not for this client, is refused. */
    @Test
    default void refusesTopics() {
        Server server = fixture()
                .add(fixture()
                        .serverBuilder()
                        .authorizer((principal, action, name) ->
                                action != Authorizer.Action.SUBSCRIBE || !name.equals("secret"))
                        .build());
        server.start();
        server.topic("topic");
        server.topic("secret");
        Recorder client = fixture().connect(server);

        assertThat(Await.failure(client.subscribe("tropic", Start.now()).subscribed())
                        .code())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(Await.failure(client.subscribe("secret", Start.now()).subscribed())
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        Await.value(client.subscribe("topic", Start.now()).subscribed());
    }

    /** A client publishes where the server allows it, and gets the position; all subscribers get the message. */
    @Test
    default void publishesFromAClient() {
        Server server = fixture().server().start();
        server.topic("open", TopicOptions.defaults().clientPublish(true));
        server.topic("closed");
        Recorder one = fixture().connect(server);
        Recorder two = fixture().connect(server);
        Await.value(one.subscribe("open", Start.now()).subscribed());
        Await.value(two.subscribe("open", Start.now()).subscribed());

        Position position = Await.value(one.channel().publish("open", Message.of("for all")));

        for (Recorder recorder : List.of(one, two)) {
            Message message = recorder.takeMessage("open");
            assertThat(message.text()).isEqualTo("for all");
            assertThat(message.position()).isEqualTo(position);
        }
        assertThat(Await.failure(one.channel().publish("closed", Message.of("no")))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(Await.failure(one.channel().publish("tropic", Message.of("no")))
                        .code())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC);
    }

    /** The server hears what one client publishes, on that client's channel, until it does not want to any more. */
    @Test
    default void hearsWhatOneClientPublishes() {
        Server server = fixture().server().start();
        server.topic("open", TopicOptions.defaults().clientPublish(true));
        Recorder one = fixture().connect(server);
        Recorder two = fixture().connect(server);
        BlockingQueue<Message> heard = new LinkedBlockingQueue<>();
        Subscription subscription = fixture().serverSide(server, one).subscribe("open", heard::add);
        Await.value(subscription.subscribed());

        Await.value(two.channel().publish("open", Message.of("of the other")));
        Position position = Await.value(one.channel().publish("open", Message.of("mine")));

        Message message = Await.next(heard);
        assertThat(message.text()).isEqualTo("mine");
        assertThat(message.position()).isEqualTo(position);
        subscription.close();
        Await.value(one.channel().publish("open", Message.of("unheard")));
        assertThat(heard).isEmpty();
    }

    private static List<Position> publish(Topic topic, int from, int to) {
        List<Position> positions = new ArrayList<>();
        for (int i = from; i < to; i++) {
            positions.add(Await.value(topic.publish(Message.of(Integer.toString(i)))));
        }
        return positions;
    }
}
