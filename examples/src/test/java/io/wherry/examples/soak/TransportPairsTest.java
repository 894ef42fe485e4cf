// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Channel.State;
import io.wherry.Client;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import io.wherry.examples.soak.Stream.Sum;
import io.wherry.examples.soak.Tally.Label;
import io.wherry.testkit.Await;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * From each transport to each, itself too, while messages go both ways: nobody waits, and nothing is lost, doubled or out of
 * order. Prints the longest delay of a message while nothing changes, and during the change.
 */
final class TransportPairsTest {

    private static final List<String> TRANSPORTS = List.of("websocket", "sse", "longpoll", "comet", "http");
    private static final int CHANNELS = 3;
    private static final int STEADY_ROUNDS = 100;
    private static final int ROUNDS_BETWEEN_REQUESTS = 5;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final Map<String, String> DELAYS = new TreeMap<>();

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Server server;

    @BeforeAll
    static void start() {
        server = Wherry.server()
                .port(0)
                .transports(TRANSPORTS.toArray(String[]::new))
                .set("wherry.host", "127.0.0.1")
                .build()
                .onRequest("echo", (channel, message) -> message)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        System.out.println("longest delay in ms: steady, during the change");
        DELAYS.forEach((pair, delays) -> System.out.println(pair + delays));
    }

    static List<Arguments> pairs() {
        List<Arguments> pairs = new ArrayList<>();
        for (String from : TRANSPORTS) {
            for (String to : TRANSPORTS) {
                pairs.add(Arguments.of(from, to));
            }
        }
        return pairs;
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("pairs")
    void movesUnderLoad(String from, String to) {
        Topic topic = server.topic(from + "-" + to, TopicOptions.defaults().maxCount(100_000));
        try (Client client = Wherry.client()
                .transports(from.equals(to) ? new String[] {from} : new String[] {from, to})
                .set("wherry.http.poll-interval", "50ms")
                .build()) {
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/wherry");
            Load load = new Load(client, uri, topic);
            load.rounds(STEADY_ROUNDS, CompletableFuture.completedFuture(null));
            double steady = load.takeLongestDelayMillis();
            load.rounds(STEADY_ROUNDS, load.switchTo(to));
            double changing = load.takeLongestDelayMillis();

            load.assertAllIsWell(to);
            DELAYS.put(
                    String.format(Locale.ROOT, "%-9s to %-9s", from, to),
                    String.format(Locale.ROOT, " %7.1f %7.1f", steady, changing));
        }
    }

    /** Some channels, and what is sent over them. Driven by the test's thread. */
    private static final class Load {

        private final LongAccumulator longestDelayNanos = new LongAccumulator(Math::max, 0);
        private final List<Line> lines = new ArrayList<>();
        private final List<CompletionStage<?>> stages = new ArrayList<>();
        private final Topic topic;
        private long count;

        Load(Client client, URI uri, Topic topic) {
            this.topic = topic;
            for (int i = 0; i < CHANNELS; i++) {
                lines.add(new Line(client.connect(uri), topic.name(), longestDelayNanos));
            }
        }

        /** Sends so many rounds, and more until a stage has completed; then waits until all has arrived. */
        void rounds(int rounds, CompletableFuture<?> until) {
            for (int i = 0; i < rounds || !until.isDone(); i++) {
                count++;
                topic.publish(label());
                for (Line line : lines) {
                    stages.add(line.client.send("to", label()));
                    stages.add(line.server.send("to", label()));
                    if (count % ROUNDS_BETWEEN_REQUESTS == 0) {
                        Message question = label();
                        stages.add(line.client
                                .request("echo", question)
                                .thenAccept(reply -> assertThat(reply).isEqualTo(question)));
                    }
                }
                LockSupport.parkNanos(ROUND_NANOS);
            }
            Await.value(until);
            stages.forEach(Await::value);
            stages.clear();
            lines.forEach(line -> line.awaitTopic(count));
        }

        private Message label() {
            return new Label(0, count, System.nanoTime()).message(0);
        }

        CompletableFuture<?> switchTo(String transport) {
            return CompletableFuture.allOf(lines.stream()
                    .map(line -> line.client.switchTo(transport).toCompletableFuture())
                    .toArray(CompletableFuture<?>[]::new));
        }

        double takeLongestDelayMillis() {
            return longestDelayNanos.getThenReset() / (double) TimeUnit.MILLISECONDS.toNanos(1);
        }

        void assertAllIsWell(String transport) {
            for (Line line : lines) {
                Sum all = new Sum(count, 0, 0, 0, 0);
                assertThat(line.topic.sum(count)).isEqualTo(all);
                assertThat(line.up.sum(count)).isEqualTo(all);
                assertThat(line.down.sum(count)).isEqualTo(all);
                assertThat(line.states).containsExactly(State.OPEN);
                assertThat(line.client.transport()).isEqualTo(transport);
                assertThat(line.server.transport()).isEqualTo(transport);
            }
        }
    }

    /** One channel, and what was heard on its two sides. */
    private static final class Line {

        private final Channel client;
        private final Channel server;
        private final Stream topic = new Stream();
        private final Stream up = new Stream();
        private final Stream down = new Stream();
        private final Queue<State> states = new ConcurrentLinkedQueue<>();

        Line(Channel client, String topicName, LongAccumulator longestDelayNanos) {
            this.client = client;
            CountDownLatch opened = new CountDownLatch(1);
            client.onState(state -> {
                states.add(state);
                opened.countDown();
            });
            Await.open(opened);
            this.server = Objects.requireNonNull(TransportPairsTest.server.channel(client.id()));
            server.onMessage("to", (channel, message) -> heard(up, message, longestDelayNanos));
            client.onMessage("to", (channel, message) -> heard(down, message, longestDelayNanos));
            Await.value(client.subscribe(topicName, Start.now(), message -> heard(topic, message, longestDelayNanos))
                    .subscribed());
        }

        private static void heard(Stream stream, Message message, LongAccumulator longestDelayNanos) {
            Label label = Label.of(message);
            stream.take(label.number());
            longestDelayNanos.accumulate(System.nanoTime() - label.sentNanos());
        }

        void awaitTopic(long count) {
            while (!topic.hasAll(count)) {
                LockSupport.parkNanos(ROUND_NANOS);
            }
        }
    }
}
