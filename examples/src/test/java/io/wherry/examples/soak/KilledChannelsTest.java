// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.Wherry;
import io.wherry.testkit.proxy.TcpProxy;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Some thousand channels on real sockets, by all transports, opened, used and killed at random: no channel is left of them, no
 * reader, no thread, no socket, and no buffer.
 */
final class KilledChannelsTest {

    private static final int CHANNELS = 3000;
    private static final int WARM_UP_CHANNELS = 400;
    private static final int CHANNELS_OF_CLIENT = 40;
    private static final long GROWTH_BYTES = 32L << 20;
    private static final String[] TRANSPORTS = {"websocket", "sse", "longpoll", "comet", "http"};
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final long seed = Long.getLong("testkit.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @Test
    @Timeout(180)
    void leaveNothingBehind() {
        System.out.println("-Dtestkit.seed=" + seed);
        // What a process has for good, once it has used sockets at all.
        openAndKill(WARM_UP_CHANNELS);
        Set<Thread> threads = threads();
        long sockets = openSockets();
        long direct = PlatformDependent.usedDirectMemory();

        openAndKill(CHANNELS);

        await("all threads have ended", () -> threads.containsAll(threads()));
        await("all sockets are closed, but " + sockets, () -> openSockets() <= sockets);
        assertThat(PlatformDependent.usedDirectMemory() - direct).isLessThan(GROWTH_BYTES);
    }

    private void openAndKill(int channels) {
        opened.set(0);
        ended.set(0);
        try (Server server = Wherry.server()
                .port(0)
                .transports(TRANSPORTS)
                .set("wherry.host", "127.0.0.1")
                .set("wherry.resume-window", "1s")
                .set("wherry.heartbeat", "500ms")
                .set("wherry.lost-after", "2s")
                .set("wherry.limits.idle-time", "2s")
                .build()
                .onOpen(channel -> opened.incrementAndGet())
                .onClose(channel -> ended.incrementAndGet())
                .onMessage("to", (channel, message) -> {})
                .onRequest("echo", (channel, message) -> message)
                .start()) {
            Topic topic = server.topic("topic");
            openAndKill(server, topic, channels);
        }
    }

    /** Opens and kills clients until the server has seen so many channels, and waits until it has forgotten them. */
    private void openAndKill(Server server, Topic topic, int channels) {
        while (opened.get() < channels) {
            try (TcpProxy proxy = TcpProxy.to(server.port())) {
                openAndKill(server, topic, proxy);
            }
        }
        await("all channels have ended", () -> server.channels().isEmpty() && ended.get() == opened.get());
        await("nobody reads", () -> topic.readers() == 0);
    }

    private void openAndKill(Server server, Topic topic, TcpProxy proxy) {
        Client client = Wherry.client()
                .transports(TRANSPORTS[random.nextInt(TRANSPORTS.length)])
                .set("wherry.http.poll-interval", "50ms")
                .set("wherry.close-timeout", "200ms")
                .set("wherry.backoff-min", "10ms")
                .build();
        List<Channel> channels = new ArrayList<>();
        List<CompletableFuture<?>> said = new ArrayList<>();
        for (int i = 0; i < CHANNELS_OF_CLIENT; i++) {
            Channel channel = client.connect(proxy.front(URI.create("http://127.0.0.1:" + server.port() + "/wherry")));
            channels.add(channel);
            channel.subscribe("topic", message -> {});
            said.add(channel.request("echo", Message.of("hello")).toCompletableFuture());
        }
        if (random.nextInt(3) > 0) {
            CompletableFuture.allOf(said.toArray(CompletableFuture<?>[]::new)).join();
        }
        topic.publish(Message.of("x".repeat(random.nextInt(1000))));
        channels.forEach(channel -> channel.send("to", Message.of("y".repeat(random.nextInt(1000)))));
        switch (random.nextInt(4)) {
            case 0 -> channels.forEach(Channel::closeAsync);
            case 1 -> {
                proxy.refuseConnects();
                proxy.cut();
            }
            case 2 -> proxy.cut();
            default -> server.channels().forEach(Channel::close);
        }
        client.close();
    }

    private static Set<Thread> threads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith("wherry-")
                && !thread.getName().startsWith("tcp-")
                && !thread.getName().startsWith("http-"));
        return threads;
    }

    /** How many sockets this process has; 0 where the system does not say. */
    private static long openSockets() {
        String[] open = new File("/proc/self/fd").list();
        return open == null
                ? 0
                : Arrays.stream(open).filter(KilledChannelsTest::isSocket).count();
    }

    private static boolean isSocket(String descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", descriptor))
                    .toString()
                    .startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + "; there are " + openSockets()
                        + " sockets, and " + threads());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
