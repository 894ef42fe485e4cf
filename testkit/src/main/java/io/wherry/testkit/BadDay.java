// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server, some clients and a network that breaks in every way, driven at random, and what is expected of them. Confined
 * to the test's thread.
 */
final class BadDay implements AutoCloseable {

    private static final int CLIENTS = 3;
    private static final int TOPICS = 3;

    private final Random random;
    private final Network network;
    private final List<Topic> topics = new ArrayList<>();
    private final List<Person> people = new ArrayList<>();
    private final List<String> published = new ArrayList<>();
    private final List<CompletionStage<?>> stages = new ArrayList<>();
    private boolean refusing;
    private boolean stalled;

    /** A client, and what it and the server's side of it have sent. */
    private static final class Person {

        private final Recorder recorder;
        private final Channel serverSide;
        private final List<String> sentUp = new ArrayList<>();
        private final List<String> sentDown = new ArrayList<>();
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> heardDown = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> heardUp = new LinkedBlockingQueue<>();

        Person(Recorder recorder, Channel serverSide) {
            this.recorder = recorder;
            this.serverSide = serverSide;
            recorder.channel().onMessage("down", (channel, message) -> heardDown.add(message.text()));
            serverSide.onMessage("up", (channel, message) -> heardUp.add(message.text()));
        }
    }

    BadDay(Fixture fixture, Random random) {
        this.random = random;
        Server server = fixture.server();
        server.onRequest("echo", (channel, message) -> message).start();
        for (int i = 0; i < TOPICS; i++) {
            topics.add(server.topic("topic-" + i, TopicOptions.defaults().maxCount(10_000)));
        }
        this.network = fixture.network(server);
        for (int i = 0; i < CLIENTS; i++) {
            Recorder recorder = fixture.connect(network);
            Person person = new Person(recorder, fixture.serverSide(server, recorder));
            people.add(person);
            for (Topic topic : topics) {
                Await.value(recorder.channel()
                        .subscribe(topic.name(), Start.now(), message -> person.heard.add(message.text()))
                        .subscribed());
            }
        }
    }

    /** Does so many things. */
    void live(int things) {
        for (int i = 0; i < things; i++) {
            Person person = people.get(random.nextInt(CLIENTS));
            String text = i + " " + "x".repeat(random.nextInt(100) < 5 ? random.nextInt(50_000) : random.nextInt(200));
            switch (random.nextInt(20)) {
                case 0 -> network.cut();
                case 1 -> network.cutSoon(random);
                case 2 -> refuse(!refusing && random.nextInt(3) == 0);
                case 3 -> stall(!stalled && random.nextInt(3) == 0);
                case 4 -> settle();
                case 5, 6, 7, 8 -> up(person, text);
                case 9, 10, 11, 12 -> down(person, text);
                case 13, 14 -> ask(person, text);
                default -> publish(text);
            }
        }
    }

    private void refuse(boolean refuse) {
        refusing = refuse;
        network.refuse(refuse);
        if (refuse) {
            network.cut();
        }
    }

    private void stall(boolean stall) {
        stalled = stall;
        network.stall(stall);
    }

    /** Waits until what was sent so far has arrived. */
    private void settle() {
        refuse(false);
        stall(false);
        stages.forEach(Await::value);
        stages.clear();
    }

    private void up(Person person, String text) {
        person.sentUp.add(text);
        stages.add(person.recorder.channel().send("up", Message.of(text)));
    }

    private void down(Person person, String text) {
        person.sentDown.add(text);
        stages.add(person.serverSide.send("down", Message.of(text)));
    }

    private void ask(Person person, String text) {
        stages.add(person.recorder
                .channel()
                .request("echo", Message.of(text))
                .thenAccept(reply -> assertThat(reply.text()).isEqualTo(text)));
    }

    private void publish(String text) {
        published.add(text);
        topics.get(random.nextInt(TOPICS)).publish(Message.of(text));
    }

    /** Checks that everything has arrived at everybody, once and in order. */
    void check() {
        settle();
        for (Person person : people) {
            assertHeard(person.heard, published);
            assertHeard(person.heardUp, person.sentUp);
            assertHeard(person.heardDown, person.sentDown);
        }
    }

    private static void assertHeard(BlockingQueue<String> heard, List<String> expected) {
        for (String text : expected) {
            assertThat(Await.next(heard)).isEqualTo(text);
        }
        assertThat(heard).isEmpty();
    }

    /** Lets the network work again. */
    @Override
    public void close() {
        network.refuse(false);
        network.stall(false);
    }
}
