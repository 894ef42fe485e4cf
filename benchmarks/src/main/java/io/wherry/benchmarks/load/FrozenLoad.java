// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.measure.Footprint;
import io.wherry.benchmarks.server.Settings;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that measures what subscribers who do not read their sockets do to the others. */
@Command(
        name = "frozen-load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "How late messages come to WebSocket subscribers while some others do not read, and while everybody does.",
            "Two servers, each with a JVM of its own and one event loop, publish at the same time, a message of the one half-way"
                    + " between two of the other's, so that both have the same machine; the subscribers are here. One of the two has"
                    + " frozen subscribers, and the other in the next round. A delay is counted from the time at which a message is due,"
                    + " not from when it was published. Frozen subscribers read a second topic as well, by which their sockets are"
                    + " filled first."
        })
final class FrozenLoad implements Callable<Integer> {

    private static final int FILL_BYTES = 8 * 1024;
    private static final int FILL_COUNT = 2000;
    private static final long PAUSE_MILLIS = 1000;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    @Option(names = "--subscribers", defaultValue = "2000", description = "Of each server. Default: ${DEFAULT-VALUE}")
    private int subscribers;

    @Option(names = "--frozen", defaultValue = "20", description = "Of them. Default: ${DEFAULT-VALUE}")
    private int frozen;

    @Option(
            names = "--rate",
            defaultValue = "5",
            description = "Messages in a second, to each subscriber. Default: ${DEFAULT-VALUE}")
    private int rate;

    @Option(
            names = "--bytes",
            defaultValue = "128",
            description = "Of each payload, from 21. Default: ${DEFAULT-VALUE}")
    private int bytes;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "How long one round publishes. Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--rounds",
            defaultValue = "6",
            description = "After one that does not count. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--jvm",
            split = " ",
            defaultValue = "-Xms256m -Xmx256m",
            paramLabel = "OPTION",
            description = "Options of the servers' JVMs. Default: ${DEFAULT-VALUE}")
    private List<String> jvmOptions = List.of();

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private FrozenLoad() {}

    /** Runs the command and ends with its exit code. */
    public static void main(String... args) {
        System.exit(new CommandLine(new FrozenLoad()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, TimeoutException {
        out.printf(
                Locale.ROOT,
                "2 servers, %d subscribers each, %d of one of them frozen, %d messages/s each of %d bytes; Java %s, %d processors%n",
                subscribers,
                frozen,
                rate,
                bytes,
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors());
        try (Pair one = new Pair();
                Pair other = new Pair()) {
            compare(one, other);
        }
        return 0;
    }

    /** A server and its subscribers. */
    private final class Pair implements AutoCloseable {

        private final ServerProcess server =
                new ServerProcess(Contestant.WHERRY, Settings.of("websocket"), List.of(), jvmOptions);
        private final Swarm swarm = new Swarm();
        private final List<Swarm.Peer> freezable = new ArrayList<>();
        private final List<Swarm.Peer> others = new ArrayList<>();
        private long expected;

        Pair() throws IOException, InterruptedException {
            for (int i = 0; i < subscribers; i++) {
                boolean canFreeze = i < frozen;
                Handshake handshake =
                        WherryDialect.PLAIN.subscribe("websocket", Dialect.topics(canFreeze ? 2 : 1), List.of());
                swarm.connect(server.port(), handshake, answer -> {
                    Subscriber subscriber = new Subscriber(
                            swarm, bytes, canFreeze ? Subscriber.Count.NOTHING : Subscriber.Count.DELAYS);
                    (canFreeze ? freezable : others).add(subscriber);
                    return subscriber;
                });
            }
            swarm.start();
            server.awaitSubscribers(subscribers + frozen);
        }

        void freeze() throws IOException {
            swarm.interest(freezable, false);
            server.fill(FILL_COUNT, FILL_BYTES);
        }

        /** Lets all read again; what frozen subscribers did not get must be more than sockets can hold. */
        void thaw(long bytesBefore) throws IOException, InterruptedException, TimeoutException {
            swarm.interest(freezable, true);
            long last = marks(others.get(0)).lastDue();
            swarm.await(() -> freezable.stream().allMatch(peer -> marks(peer).lastDue() >= last));
            long came = bytesOfFreezable() - bytesBefore;
            if (came >= (long) frozen * FILL_COUNT * FILL_BYTES) {
                throw new IllegalStateException("frozen subscribers received " + came
                        + " bytes (expected: less than was sent, for the topic keeps less)");
            }
        }

        CompletableFuture<Void> publish() {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            server.publishAtRate(rate * seconds, bytes, 0, rate);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    task -> new Thread(task, "publishing").start());
        }

        void awaitAll() throws InterruptedException, IOException, TimeoutException {
            expected += (long) rate * seconds * (subscribers - frozen);
            swarm.await(expected);
        }

        @Override
        public void close() throws IOException {
            server.close();
            swarm.close();
        }

        long bytesOfFreezable() {
            return freezable.stream().mapToLong(peer -> marks(peer).bytes()).sum();
        }

        private static Marks marks(Swarm.Peer peer) {
            return ((Subscriber) peer).marks();
        }
    }

    private void compare(Pair one, Pair other) throws IOException, InterruptedException, TimeoutException {
        Histogram without = new Histogram(3);
        Histogram with = new Histogram(3);
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            boolean isOne = round % 2 == 0;
            Pair freezing = isOne ? one : other;
            Pair reading = isOne ? other : one;
            long bytesBefore = freezing.bytesOfFreezable();
            freezing.freeze();
            Thread.sleep(PAUSE_MILLIS);
            publish(isOne ? one : other, isOne ? other : one);
            Footprint heapWith = freezing.server.memory();
            Footprint heapWithout = reading.server.memory();
            Histogram delaysWith = freezing.swarm.takeDelays();
            Histogram delaysWithout = reading.swarm.takeDelays();
            freezing.thaw(bytesBefore);
            if (round == 0) {
                continue; // It warms up.
            }
            without.add(delaysWithout);
            with.add(delaysWith);
            ratios.add(percentile(delaysWith, 99) / percentile(delaysWithout, 99));
            out.printf(
                    Locale.ROOT,
                    "%2d  99 %% without %6.2f ms, with %6.2f ms   heap without %.1f MiB, with %.1f   direct memory %.1f, %.1f%n",
                    round,
                    percentile(delaysWithout, 99),
                    percentile(delaysWith, 99),
                    mebibytes(heapWithout.heapBytes()),
                    mebibytes(heapWith.heapBytes()),
                    mebibytes(heapWithout.directBytes()),
                    mebibytes(heapWith.directBytes()));
        }
        print("without", without);
        print("with", with);
        ratios.sort(null);
        out.printf(
                Locale.ROOT,
                "99 %% with, to 99 %% without: %.3f of all, %.3f the median of the rounds (%.3f to %.3f)%n",
                percentile(with, 99) / percentile(without, 99),
                ratios.get(ratios.size() / 2),
                ratios.get(0),
                ratios.get(ratios.size() - 1));
    }

    /** Lets both publish, the one half-way between the other's messages, and waits until everybody has them who reads. */
    private void publish(Pair first, Pair second) throws IOException, InterruptedException, TimeoutException {
        first.swarm.takeDelays();
        second.swarm.takeDelays();
        CompletableFuture<Void> publishing = first.publish();
        Thread.sleep(500 / rate);
        CompletableFuture.allOf(publishing, second.publish()).join();
        first.awaitAll();
        second.awaitAll();
    }

    private static double mebibytes(double size) {
        return size / 1048576.0;
    }

    private void print(String name, Histogram delays) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-8s", name));
        for (double percentile : PERCENTILES) {
            line.append(String.format(Locale.ROOT, "  %s %% %.2f ms", percentile, percentile(delays, percentile)));
        }
        out.printf(
                Locale.ROOT,
                "%s  most %.2f ms  (%,d messages)%n",
                line,
                delays.getMaxValue() / 1e6,
                delays.getTotalCount());
    }

    private static double percentile(Histogram delays, double percentile) {
        return delays.getValueAtPercentile(percentile) / 1e6;
    }
}
