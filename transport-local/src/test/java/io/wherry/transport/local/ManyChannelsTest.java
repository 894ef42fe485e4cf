// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.Wherry;
import io.wherry.spi.Environment;
import io.wherry.spi.Loops;
import io.wherry.testkit.CuttableTransport;
import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.VirtualClock;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A hundred thousand channels, opened, used and killed at random on virtual time: no channel is left of them, no reader, no timer
 * and no buffer.
 */
final class ManyChannelsTest {

    private static final int CHANNELS = 100_000;
    private static final int MAX_CLIENTS = 8;
    private static final int MAX_CHANNELS_OF_CLIENT = 150;
    private static final int REMEMBERED = 10;
    private static final Duration RESUME_WINDOW = Duration.ofSeconds(5);
    private static final Duration LOST_AFTER = Duration.ofSeconds(3);

    private final long seed = Long.getLong("testkit.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final VirtualClock clock = new VirtualClock(seed);
    private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false, true);
    private final String name = UUID.randomUUID().toString();
    private final FakeLoop callbacks = clock.loop("callbacks", alloc);
    private final List<FakeLoop> loops = List.of(
            clock.loop("server 1", alloc),
            clock.loop("server 2", alloc),
            clock.loop("client 1", alloc),
            clock.loop("client 2", alloc));
    private final List<WeakReference<Channel>> remembered = new ArrayList<>();
    private final Server server = server();
    private final Topic topic = server.topic("topic");
    private final List<Process> processes = new ArrayList<>();
    private int seen;
    private int closed;

    private Environment environment(List<FakeLoop> of) {
        return new Environment(Loops.given(of), callbacks, random, clock::nanoTime);
    }

    private Server server() {
        return Wherry.server()
                .transports("local")
                .transport(new LocalTransport())
                .set("wherry.local.name", name)
                .set("wherry.resume-window", RESUME_WINDOW.toMillis() + "ms")
                .set("wherry.heartbeat", "1s")
                .set("wherry.lost-after", LOST_AFTER.toMillis() + "ms")
                .set("wherry.request-timeout", "1h")
                .environment(environment(loops.subList(0, 2)))
                .build()
                .onOpen(channel -> {
                    if (seen++ % REMEMBERED == 0) {
                        remembered.add(new WeakReference<>(channel));
                    }
                })
                .onClose(channel -> closed++)
                .onMessage("to", (channel, message) -> {})
                .onRequest("echo", (channel, message) -> message);
    }

    @Test
    @Timeout(300)
    void leaveNothingBehind() throws InterruptedException {
        System.out.println("-Dtestkit.seed=" + seed);
        server.start();
        clock.run();
        int timersBefore = timers();

        while (seen < CHANNELS || !processes.isEmpty()) {
            if (seen < CHANNELS && processes.size() < MAX_CLIENTS) {
                processes.add(new Process(1 + random.nextInt(MAX_CHANNELS_OF_CLIENT)));
            }
            int which = random.nextInt(processes.size());
            processes.get(which).live();
            if (random.nextInt(3) == 0) {
                processes.remove(which).end();
            }
            clock.advance(Duration.ofMillis(random.nextInt(20)));
        }
        clock.advance(RESUME_WINDOW.plus(LOST_AFTER).multipliedBy(2));

        assertThat(closed).isEqualTo(seen);
        assertThat(server.channels()).isEmpty();
        assertThat(topic.readers()).isZero();
        assertThat(timers()).isEqualTo(timersBefore);
        assertThat(alloc.metric().usedDirectMemory()).isZero();
        assertThat(alloc.metric().usedHeapMemory()).isZero();
        assertForgotten();
        CompletionStage<Void> end = server.closeAsync();
        clock.advance(Duration.ofSeconds(10));
        assertThat(end.toCompletableFuture()).isCompleted();
        assertThat(timers()).isZero();
    }

    private int timers() {
        return loops.stream().mapToInt(FakeLoop::timers).sum() + callbacks.timers();
    }

    /** That the server holds none of its channels any more. */
    private void assertForgotten() throws InterruptedException {
        assertThat(remembered).hasSizeGreaterThanOrEqualTo(CHANNELS / REMEMBERED);
        for (int round = 0; round < 50; round++) {
            System.gc();
            remembered.removeIf(reference -> reference.get() == null);
            if (remembered.isEmpty()) {
                return;
            }
            synchronized (this) {
                wait(100);
            }
        }
        assertThat(remembered).isEmpty();
    }

    /** A client, its channels, and the network in front of it. */
    private final class Process {

        private final CuttableTransport network = new CuttableTransport(new LocalTransport());
        private final Client client = Wherry.client()
                .transports("local")
                .transport(network)
                .set("wherry.request-timeout", "1h")
                .set("wherry.close-timeout", "100ms")
                .environment(environment(loops.subList(2, 4)))
                .build();
        private final List<Channel> channels = new ArrayList<>();

        Process(int count) {
            for (int i = 0; i < count; i++) {
                Channel channel = client.connect(URI.create("local://" + name));
                channel.onMessage("to", (from, message) -> {});
                channel.onRequest("echo", (from, message) -> message);
                channels.add(channel);
            }
        }

        /** Does something on each channel. */
        void live() {
            if (random.nextInt(8) == 0) {
                network.cut();
            }
            for (Channel channel : channels) {
                Message message = Message.of("x".repeat(random.nextInt(100)));
                @Nullable Channel serverSide = server.channel(channel.id());
                switch (random.nextInt(8)) {
                    case 0 -> channel.subscribe("topic", heard -> {});
                    case 1 -> channel.send("to", message);
                    case 2 -> channel.request("echo", message);
                    case 3 -> channel.switchTo("local");
                    case 4 -> topic.publish(message);
                    case 5 -> {
                        if (serverSide != null) {
                            serverSide.request("echo", message);
                        }
                    }
                    case 6 -> {
                        if (serverSide != null) {
                            serverSide.send("to", message);
                        }
                    }
                    default -> channel.closeAsync();
                }
            }
        }

        /** Ends in order, or at once, or from the other side. */
        void end() {
            switch (random.nextInt(4)) {
                case 0 -> channels.forEach(Channel::closeAsync);
                case 1 -> {
                    network.refuse(true);
                    network.cut();
                }
                case 2 -> network.stall(true);
                default ->
                    channels.forEach(channel -> {
                        @Nullable Channel serverSide = server.channel(channel.id());
                        if (serverSide != null) {
                            serverSide.close();
                        }
                    });
            }
            client.closeAsync();
        }
    }
}
