// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.SlowReader;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** That a client which reads slowly is given what its topic's policy says, and that the last message always comes. */
public interface SlowReaderContract extends ContractPart {

    /** How many messages are published to a client that does not read: more than sockets and queues on the way hold. */
    int COUNT = 1000;

    /** The size of each. */
    int SIZE = 20_000;

    /** Who is behind skips to the latest message. */
    @Test
    default void skipsToTheLatest() {
        List<Message> read = readAfterAPause(SlowReader.latest(), COUNT, false);

        assertThat(read).hasSizeLessThan(COUNT);
    }

    /** Who is behind gets the latest message of each key. */
    @Test
    default void givesTheLatestOfEachKey() {
        List<Message> read = readAfterAPause(SlowReader.latestByKey(), COUNT, false);

        assertThat(read).hasSizeLessThan(COUNT);
        Map<String, Integer> lastOfKey = new HashMap<>();
        read.forEach(message -> lastOfKey.put(String.valueOf(message.key()), number(message)));
        assertThat(lastOfKey)
                .containsOnly(
                        Map.entry("k0", COUNT - 4),
                        Map.entry("k1", COUNT - 3),
                        Map.entry("k2", COUNT - 2),
                        Map.entry("k3", COUNT - 1));
    }

    /** Who is overrun where slow readers are disconnected comes back, is told the gap, and reads on. */
    @Test
    default void comesBackAfterItWasDisconnected() {
        List<Message> read = readAfterAPause(SlowReader.disconnect(), 50, true);

        assertThat(read).hasSizeLessThan(COUNT);
    }

    /**
     * Publishes to a client whose listener waits, lets it go on, and takes what it is given: in order, nothing twice, up to the
     * last.
     */
    private List<Message> readAfterAPause(SlowReader policy, int keeps, boolean expectsGap) {
        Server server = fixture()
                .server("wherry.heartbeat", "1s", "wherry.lost-after", "10s", "wherry.loops", "1")
                .start();
        Topic topic = server.topic(
                "topic",
                TopicOptions.defaults().slowReader(policy).maxCount(keeps).maxBytes(64 << 20));
        Recorder slow = fixture().connect(server, "wherry.limits.inbound", "64KiB");
        BlockingQueue<Message> taken = new LinkedBlockingQueue<>();
        CountDownLatch release = new CountDownLatch(1);
        Await.value(slow.channel()
                .subscribe("topic", message -> {
                    Await.open(release);
                    taken.add(message);
                })
                .subscribed());

        BlockingQueue<Message> takenElsewhere = new LinkedBlockingQueue<>();
        Await.value(fixture()
                .client()
                .connect(fixture().uri(server))
                .subscribe("topic", takenElsewhere::add)
                .subscribed());

        Random random = new Random(1); // so that compression is no help
        for (int i = 0; i < COUNT; i++) {
            byte[] payload = new byte[SIZE];
            random.nextBytes(payload);
            payload[0] = (byte) (i >> 8);
            payload[1] = (byte) i;
            topic.publish(Message.of(payload).withKey("k" + i % 4));
            if (i % 50 == 0) {
                LockSupport.parkNanos(2_000_000);
            }
        }
        // Who has the last message shows that the server's one loop has come so far.
        while (number(Await.next(takenElsewhere)) < COUNT - 1) {
            // not yet
        }
        release.countDown();

        List<Message> read = new ArrayList<>();
        int last = -1;
        while (last < COUNT - 1) {
            Message next = Await.next(taken);
            assertThat(number(next)).isGreaterThan(last);
            last = number(next);
            read.add(next);
        }
        if (expectsGap) {
            takeGaps(slow, read);
        }
        return read;
    }

    /** Takes the gaps that end with the last message that is missing; of some of it a client may be told before. */
    private static void takeGaps(Recorder slow, List<Message> read) {
        int lastMissing = COUNT - 1;
        for (int i = read.size() - 1; i >= 0 && number(read.get(i)) == lastMissing; i--) {
            lastMissing--;
        }
        @Nullable Position told = null;
        while (told == null || told.sequence() <= lastMissing) {
            told = slow.takeGap().upTo();
        }
        assertThat(told.sequence()).isEqualTo(lastMissing + 1);
    }

    private static int number(Message message) {
        return (message.buffer().get(0) & 0xFF) << 8 | (message.buffer().get(1) & 0xFF);
    }

    /** However fast a reader is, it is given so many messages a second at most, and the last; publishers learn where it went. */
    @Test
    default void givesNoMoreThanSoManyASecond() {
        Server server = fixture().server().start();
        Topic topic = server.topic(
                "topic", TopicOptions.defaults().slowReader(SlowReader.latest().atMost(10)));
        Topic other = server.topic("other");
        Recorder client = fixture().connect(server);
        Await.value(client.subscribe("topic", Start.now()).subscribed());
        Recorder reader = fixture().connect(server);
        Await.value(reader.subscribe("other", Start.now()).subscribed());

        long began = System.nanoTime();
        List<CompletionStage<Position>> published = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            published.add(topic.publish(Message.of("m" + i)));
            other.publish(Message.of("o" + i));
            LockSupport.parkNanos(5_000_000);
        }
        Position last = Await.value(published.get(99));
        double seconds = (System.nanoTime() - began) / 1e9;

        List<String> texts = new ArrayList<>();
        Message next;
        do {
            next = client.takeMessage("topic");
            texts.add(next.text());
        } while (!next.text().equals("m99"));
        assertThat(next.position()).isEqualTo(last);
        assertThat((double) texts.size()).isBetween(1.0, 2 + 10 * seconds);
        assertThat(texts).doesNotHaveDuplicates();
        assertThat(reader.takeTexts("other", 100)).startsWith("o0", "o1").endsWith("o99");
    }

    /** A key goes with its message: published on either side, given live or as history. */
    @Test
    default void carriesKeys() {
        Server server = fixture().server().start();
        Topic topic = server.topic(
                "topic", TopicOptions.defaults().clientPublish(true).slowReader(SlowReader.latestByKey()));
        Recorder live = fixture().connect(server);
        Await.value(live.subscribe("topic", Start.now()).subscribed());

        Await.value(topic.publish(Message.of("a1").withKey("a")));
        Await.value(live.channel().publish("topic", Message.of("b1").withKey("ключ")));
        Await.value(topic.publish(Message.of("none")));
        Await.value(topic.publish(Message.of("a2").withKey("a")));
        Recorder late = fixture().connect(server);
        Await.value(late.subscribe("topic", Start.last(10)).subscribed());

        List<String> keys = new ArrayList<>();
        for (String text : List.of("a1", "b1", "none", "a2")) {
            Message message = live.takeMessage("topic");
            assertThat(message.text()).isEqualTo(text);
            keys.add(String.valueOf(message.key()));
        }
        assertThat(keys).containsExactly("a", "ключ", "null", "a");
        for (String text : List.of("b1", "none", "a2")) {
            assertThat(late.takeMessage("topic").text()).isEqualTo(text);
        }
    }
}
