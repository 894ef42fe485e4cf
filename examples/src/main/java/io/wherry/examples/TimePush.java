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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A server that publishes its time, on the topic {@code time}, and answers what it is {@code now}. Thread-safe. */
public final class TimePush implements AutoCloseable {

    /** No script or style but the files of this server: none in the page itself, none of others; and no frame around it. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final List<String> SCRIPTS = List.of(
            "page.js",
            "meter.js",
            "chart.js",
            "poll.js",
            "longpoll.js",
            "sse.js",
            "websocket.js",
            "comet.js",
            "echo.js",
            "client.js");

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
        builder.transport(HttpTransport.withContent(page()));
        TimePush push = new TimePush(builder.build());
        push.start(period);
        return push;
    }

    /** The web page and its parts, which may use nothing of other sites. */
    private static Map<String, WebContent> page() {
        Map<String, WebContent> content = new HashMap<>();
        content.put("/", part("text/html", "time.html").withHeader("Content-Security-Policy", POLICY));
        for (String script : SCRIPTS) {
            content.put("/time/" + script, part("text/javascript", "time/" + script));
        }
        content.put("/time/page.css", part("text/css", "time/page.css"));
        content.put("/time/icon.svg", part("image/svg+xml", "time/icon.svg"));
        return content;
    }

    private static WebContent part(String mediaType, String name) {
        return WebContent.resource(mediaType + "; charset=utf-8", TimePush.class, name)
                .withHeader("Referrer-Policy", "no-referrer");
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
