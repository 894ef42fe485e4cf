// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Message;
import io.wherry.Server;
import io.wherry.ServerBuilder;
import io.wherry.Topic;
import io.wherry.Wherry;
import io.wherry.transport.http.HttpTransport;
import io.wherry.transport.http.WebContent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A server that publishes its time, on the topic {@code time}, and answers what it is {@code now}. Thread-safe. */
public final class TimePush implements AutoCloseable {

    private final Server server;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "clock");
        thread.setDaemon(true);
        return thread;
    });

    private TimePush(Server server) {
        this.server = server;
    }

    /** Serves until the process is ended. */
    public static void main(String... args) throws InterruptedException {
        start(Wherry.server(), Duration.ofSeconds(1));
        Thread.currentThread().join();
    }

    /** Starts a server that publishes its time at once, and then after every period. */
    static TimePush start(ServerBuilder builder, Duration period) {
        WebContent page = WebContent.resource("text/html; charset=utf-8", TimePush.class, "time.html");
        builder.transport(HttpTransport.withContent(Map.of("/", page)));
        TimePush push = new TimePush(builder.build());
        push.start(period);
        return push;
    }

    private void start(Duration period) {
        Topic time = server.topic("time");
        server.onRequest("now", (channel, request) -> time());
        server.onMessage("echo", (channel, message) -> channel.send("echo", message));
        server.start();
        Future<?> unused =
                clock.scheduleWithFixedDelay(() -> time.publish(time()), 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Message time() {
        return Message.of(Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }

    /** The port that is bound. */
    int port() {
        return server.port();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        server.close();
    }
}
