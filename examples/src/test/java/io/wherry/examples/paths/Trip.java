// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.paths;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ClientBuilder;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.TransportChange;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's channel on a bad path, while a topic and the client send numbers without pause. Confined to the test's thread.
 *
 * <p>All times are the defaults, but for how long a transport is put aside.
 */
final class Trip implements AutoCloseable {

    private static final int PERIOD_MILLIS = 3;

    private final Server server;
    private final Client client;
    private final Channel channel;
    private final long connectedNanos = System.nanoTime();
    private final BlockingQueue<TransportChange> changes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> down = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> up = new LinkedBlockingQueue<>();
    private final Queue<CompletionStage<Void>> sent = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor();
    private int numbers;

    private Trip(Server server, URI uri, String... keysAndValues) {
        this.server = server;
        server.onMessage("up", (from, message) -> up.add(Integer.valueOf(message.text())));
        ClientBuilder builder = Wherry.client()
                .set("wherry.put-aside-min", "200ms")
                .set("wherry.put-aside-max", "1s")
                .set("wherry.http.poll-interval", "100ms");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            builder.set(keysAndValues[i], keysAndValues[i + 1]);
        }
        this.client = builder.build();
        this.channel = client.connect(uri);
        channel.onTransport(changes::add).onGap(down::add);
    }

    /** A server with all transports, which echoes. */
    static Server server(String... keysAndValues) {
        var builder = Wherry.server()
                .port(0)
                .set("wherry.host", "127.0.0.1")
                // Where the machine stands still for a while, no number may be dropped for that.
                .set("wherry.topic.max-count", "100000");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            builder.set(keysAndValues[i], keysAndValues[i + 1]);
        }
        return builder.build().onRequest("echo", (channel, message) -> message).start();
    }

    /** Connects to a server by an address that leads through something. */
    static Trip begin(Server server, URI uri, String... keysAndValues) {
        return new Trip(server, uri, keysAndValues);
    }

    Channel channel() {
        return channel;
    }

    /** Sees that a message makes the round trip within so long from connecting, and which transport it took. */
    Trip expect(String transport, Duration within) {
        assertThat(Await.value(channel.request("echo", Message.of("hello"))).text())
                .isEqualTo("hello");
        Duration took = Duration.ofNanos(System.nanoTime() - connectedNanos);
        assertThat(took).as("first round trip").isLessThan(within);
        assertThat(channel.transport()).isEqualTo(transport);
        System.out.println("usable over " + transport + " after " + took.toMillis() + " ms");
        return this;
    }

    /** Subscribes, and lets the numbers begin. */
    Trip sendNumbers() {
        Topic topic = server.topic("numbers");
        Await.value(channel.subscribe("numbers", Start.now(), message -> down.add(Integer.valueOf(message.text())))
                .subscribed());
        sender.scheduleWithFixedDelay(
                () -> {
                    int number = numbers++;
                    topic.publish(Message.of(Integer.toString(number)));
                    sent.add(channel.send("up", Message.of(Integer.toString(number))));
                },
                0,
                PERIOD_MILLIS,
                TimeUnit.MILLISECONDS);
        return this;
    }

    /** Waits until a transport carries the channel, and returns for which reason. */
    String awaitTransport(String transport, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        try {
            while (true) {
                @Nullable TransportChange change = changes.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (change == null) {
                    throw new AssertionError("not on " + transport + " within " + within + ", but on " + channel);
                }
                System.out.println(change);
                if (change.to().equals(transport)) {
                    return change.reason();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Does nothing for a while. */
    Trip idle(Duration time) {
        changes.clear();
        long deadline = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toNanos(); left > 0; left = deadline - System.nanoTime()) {
                changes.poll(left, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return this;
    }

    /** Lets numbers pass until so many more have come down. */
    Trip travel(int count) {
        int reached = down.size() + count;
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (down.size() < reached) {
            assertThat(System.nanoTime())
                    .as("time for %s numbers, at %s", count, down.size())
                    .isLessThan(deadline);
            Await.value(channel.request("echo", Message.of("go on")));
        }
        return this;
    }

    /** Ends the numbers, and sees that each has come once and in order, both ways, and that no gap was told. */
    void expectAllNumbersOnce() {
        stopSending();
        sent.forEach(Await::value);
        for (BlockingQueue<Object> way : List.of(up, down)) {
            for (int number = 0; number < numbers; number++) {
                assertThat(Await.next(way)).isEqualTo(number);
            }
            assertThat(way).isEmpty();
        }
        System.out.println(numbers + " numbers each way");
    }

    private void stopSending() {
        sender.shutdown();
        try {
            assertThat(sender.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopSending();
        client.close();
        server.close();
    }
}
