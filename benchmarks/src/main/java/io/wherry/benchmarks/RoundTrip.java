// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A request and its reply, one at a time, over each transport: sockets on loopback, server and client in one process. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RoundTrip {

    private static final String NAME = "round-trip";

    /** What carries the channel. */
    @Param({"local", "websocket", "sse", "comet", "longpoll", "http"})
    private String transport = "local";

    /** Where handlers run, on both sides: threads of their own, or the event loop. */
    @Param({"threads", "loop"})
    private String callbacks = "threads";

    private final Message message = Message.of("x".repeat(100));
    private @Nullable Server server;
    private @Nullable Client client;
    private @Nullable Channel channel;

    /** Starts both sides, and waits for a first reply. */
    @Setup
    public void connect() throws InterruptedException, ExecutionException, TimeoutException {
        Server started = Wherry.server()
                .set("wherry.host", "127.0.0.1")
                .port(0)
                .transports(transport)
                .set("wherry.loops", "1")
                .set("wherry.callbacks", callbacks)
                .set("wherry.local.name", NAME)
                .build()
                .onRequest("echo", (from, request) -> request)
                .start();
        server = started;
        client = Wherry.client()
                .transports(transport)
                .set("wherry.callbacks", callbacks)
                .build();
        channel = client.connect(URI.create(
                transport.equals("local") ? "local://" + NAME : "http://127.0.0.1:" + started.port() + "/wherry"));
        request();
    }

    /** Stops both sides. */
    @TearDown
    public void disconnect() {
        Objects.requireNonNull(client, "client").close();
        Objects.requireNonNull(server, "server").close();
    }

    /** One request, and waiting for its reply. */
    @Benchmark
    public Message request() throws InterruptedException, ExecutionException, TimeoutException {
        return Objects.requireNonNull(channel, "channel")
                .request("echo", message)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }
}
