// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.Limits;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.spi.Acceptor;
import io.wherry.spi.Loop;
import io.wherry.spi.Loops;
import io.wherry.spi.Port;
import io.wherry.spi.ServerContext;
import io.wherry.spi.Transport;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a server has while it runs: loops, threads, ports. Thread-safe once bound. */
final class RunningServer implements ServerContext {

    private final RealServer server;
    private final Loops loops;
    private final CallbackThreads callbackThreads;
    private final Acceptor acceptor;
    private final IdentityHashMap<Loop, ServerLoop> serverLoops = new IdentityHashMap<>();
    private final Map<Class<?>, Port> ports = new LinkedHashMap<>();
    private volatile int port = -1;

    RunningServer(RealServer server, Loops loops, CallbackThreads callbackThreads) {
        this.server = server;
        this.loops = loops;
        this.callbackThreads = callbackThreads;
        this.acceptor = new ServerAcceptor(server);
        for (Loop loop : loops.all()) {
            ServerLoop serverLoop =
                    new ServerLoop(loop, server.log(), server.settings().visitEveryNanos(), callbackThreads::callNow);
            serverLoops.put(loop, serverLoop);
            server.log().addWakeup(serverLoop::wake);
        }
    }

    void bind(List<Transport> transports) {
        for (Transport transport : transports) {
            transport.server(server.config()).install(this);
        }
        for (Port each : ports.values()) {
            SocketAddress address;
            try {
                address = each.bind().toCompletableFuture().join();
            } catch (CompletionException e) {
                throw WherryException.from(e);
            }
            if (port < 0 && address instanceof InetSocketAddress inet) {
                port = inet.getPort();
            }
        }
    }

    int port() {
        return port;
    }

    CallbackThreads callbackThreads() {
        return callbackThreads;
    }

    ServerLoop loop(Loop loop) {
        @Nullable ServerLoop serverLoop = serverLoops.get(loop);
        if (serverLoop == null) {
            throw new WherryException(ErrorCode.INTERNAL, "loop: " + loop + " (expected: one of the server's loops)");
        }
        return serverLoop;
    }

    /** Closes the ports, which may take some time and a bit; then the loops, then the threads. */
    CompletionStage<Void> stop(Duration grace) {
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        for (Port each : ports.values()) {
            closed.add(each.close(grace).toCompletableFuture());
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new));
        return ServerStop.within(loops.next(), Durations.nanos(grace) * 5 / 4, all)
                .handle((done, failure) -> failure)
                .thenCompose(failure -> loops.close())
                .thenRun(callbackThreads::close);
    }

    @Override
    public Config config() {
        return server.config();
    }

    @Override
    public Limits limits() {
        return server.settings().limits();
    }

    @Override
    public Loops loops() {
        return loops;
    }

    @Override
    public Acceptor acceptor() {
        return acceptor;
    }

    @Override
    public Executor callbacks() {
        return callbackThreads;
    }

    @Override
    public <P extends Port> P port(Class<P> type, Function<ServerContext, P> factory) {
        Port existing = ports.get(type);
        if (existing == null) {
            existing = factory.apply(this);
            ports.put(type, existing);
        }
        return type.cast(existing);
    }
}
