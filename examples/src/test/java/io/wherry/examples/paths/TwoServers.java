// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.paths;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.Gap;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.Wherry;
import io.wherry.WherryException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Two servers without a common log, between which something chooses for each request: unsupported, but nothing may be lost
 * in silence there. Confined to the test's thread.
 */
final class TwoServers implements AutoCloseable {

    private static final int PERIOD_MILLIS = 5;
    private static final int EVENTS = 400;

    private final Map<String, AtomicInteger> applied = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
    private final Server one = server("one");
    private final Server other = server("other");

    private Server server(String name) {
        Server server = Trip.server("wherry.close-timeout", "500ms");
        server.onMessage(
                "up",
                (channel, message) -> applied.computeIfAbsent(message.text(), text -> new AtomicInteger())
                        .incrementAndGet());
        Topic topic = server.topic("numbers");
        int[] number = new int[1];
        sender.scheduleAtFixedRate(
                () -> topic.publish(Message.of(name + " " + number[0]++)), 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        return server;
    }

    Server one() {
        return one;
    }

    Server other() {
        return other;
    }

    /** Sends and reads for a while, and sees that whatever is missing was told. */
    void travel(URI uri, String transport) {
        BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        Map<String, CompletableFuture<Void>> sent = new ConcurrentHashMap<>();
        try (Client client = Wherry.client()
                .transports(transport)
                .set("wherry.close-timeout", "500ms")
                .set("wherry.backoff-min", "50ms")
                .set("wherry.backoff-max", "100ms")
                .build()) {
            Channel channel = client.connect(uri);
            channel.onGap(events::add).onClose(events::add);
            channel.subscribe("numbers", Start.now(), message -> events.add(message.text()));
            List<Object> seen = take(channel, events, sent);

            assertEveryGapIsTold(seen);
            System.out.println(transport + ": "
                    + seen.stream().filter(Gap.class::isInstance).count() + " gaps told, " + seen.size() + " events, "
                    + applied.size() + " of " + sent.size() + " messages applied");
        }
        sent.forEach((text, stage) -> {
            int times = applied.getOrDefault(text, new AtomicInteger()).get();
            assertThat(times).as("%s, %s", text, stage).isLessThanOrEqualTo(1);
            if (!stage.isCompletedExceptionally()) {
                assertThat(stage).as(text).isDone();
                assertThat(times).as(text).isEqualTo(1);
            }
        });
    }

    private static List<Object> take(
            Channel channel, BlockingQueue<Object> events, Map<String, CompletableFuture<Void>> sent) {
        List<Object> seen = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        try {
            while (seen.size() < EVENTS && System.nanoTime() < deadline) {
                String text = "message " + sent.size();
                sent.put(text, channel.send("up", Message.of(text)).toCompletableFuture());
                @Nullable Object event = events.poll(20, TimeUnit.MILLISECONDS);
                if (event != null) {
                    seen.add(event);
                }
                if (event instanceof WherryException) {
                    break;
                }
            }
            for (CompletableFuture<Void> each : sent.values()) {
                try {
                    each.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                } catch (ExecutionException | TimeoutException e) {
                    // told, or not known yet: closing the client fails it
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return seen;
    }

    private static void assertEveryGapIsTold(List<Object> seen) {
        @Nullable String before = null;
        for (Object event : seen) {
            if (event instanceof String text) {
                if (before != null) {
                    assertThat(text).as("after %s in %s", before, seen).isEqualTo(next(before));
                }
                before = text;
            } else {
                before = null;
            }
        }
    }

    private static String next(String text) {
        int space = text.indexOf(' ');
        return text.substring(0, space + 1) + (Integer.parseInt(text.substring(space + 1)) + 1);
    }

    @Override
    public void close() {
        sender.shutdownNow();
        one.close();
        other.close();
    }
}
