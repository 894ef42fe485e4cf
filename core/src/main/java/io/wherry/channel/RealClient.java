// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.Limits;
import io.wherry.TransportReport;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Environment;
import io.wherry.spi.Loop;
import io.wherry.spi.Loops;
import io.wherry.spi.Transport;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A client: its loops, threads and transports, and the channels on them. Thread-safe. */
public final class RealClient implements Client {

    private final ClientSettings settings;
    private final Credentials credentials;
    private final Loops loops;
    private final CallbackThreads callbackThreads;
    private final ClientContext context;
    private final List<TransportChoice.Named> transports;
    private final RandomGenerator random;
    private final PathHealth pathHealth;
    /** In the order in which they were opened. */
    private final Set<ClientChannel> channels = Collections.synchronizedSet(new LinkedHashSet<>());

    private final Set<Probe> probes = ConcurrentHashMap.newKeySet();
    private final boolean closesWithChannel;
    private @Nullable CompletableFuture<Void> closing;

    /**
     * Makes a client.
     *
     * @param headers sent with each request
     * @param suppliedHeaders sent likewise, and asked for anew for each connection
     * @param closesWithChannel whether the client ends with its only channel
     * @param environment what it runs on, null for threads and loops of its own
     */
    public RealClient(
            Config config,
            Transports found,
            Map<String, String> headers,
            Map<String, Supplier<String>> suppliedHeaders,
            boolean closesWithChannel,
            @Nullable Environment environment) {
        this.settings = ClientSettings.of(config);
        this.closesWithChannel = closesWithChannel;
        List<Transport> named = found.named(config);
        this.loops = environment == null
                ? Loops.start(Math.max(1, config.get(CoreKeys.LOOPS)), "wherry-client", config.get(CoreKeys.SOCKETS))
                : environment.loops();
        this.callbackThreads = CallbackThreads.of(environment, loops.all());
        this.credentials = new Credentials(headers, suppliedHeaders, callbackThreads);
        this.random = environment == null ? new SecureRandom() : environment.random();
        this.pathHealth = environment == null ? PathHealth.ofProcess() : new PathHealth();
        this.context = new ClientContext(config, Limits.of(config), loops);
        List<TransportChoice.Named> halves = new ArrayList<>();
        for (Transport transport : named) {
            halves.add(new TransportChoice.Named(transport.name(), transport.client(config)));
        }
        this.transports = List.copyOf(halves);
    }

    ClientSettings settings() {
        return settings;
    }

    ClientContext context() {
        return context;
    }

    Credentials credentials() {
        return credentials;
    }

    List<TransportChoice.Named> transports() {
        return transports;
    }

    PathHealth pathHealth() {
        return pathHealth;
    }

    RandomGenerator random() {
        return random;
    }

    Executor callbacks(Loop loop) {
        return settings.callbacksOnLoop() ? loop : callbackThreads;
    }

    private static void requireAddress(URI uri) {
        Objects.requireNonNull(uri, "uri");
        if (uri.getScheme() == null) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST, "uri: " + uri + " (expected: such as http://localhost:8080/wherry)");
        }
    }

    private void requireNotClosed() {
        if (closing != null) {
            throw new WherryException(ErrorCode.CLOSED, "the client is closed");
        }
    }

    @Override
    public Channel connect(URI uri) {
        requireAddress(uri);
        ClientChannel channel;
        synchronized (this) {
            requireNotClosed();
            channel = new ClientChannel(this, uri, loops.next());
            channels.add(channel);
        }
        channel.start();
        return channel;
    }

    void forget(ClientChannel channel) {
        channels.remove(channel);
        if (closesWithChannel) {
            closeAsync();
        }
    }

    @Override
    public CompletionStage<List<TransportReport>> probe(URI uri) {
        requireAddress(uri);
        Probe probe;
        synchronized (this) {
            requireNotClosed();
            probe = new Probe(this, uri, loops.next());
            probes.add(probe);
        }
        var unused = probe.ended().thenRun(() -> probes.remove(probe));
        probe.start();
        return probe.result().minimalCompletionStage();
    }

    @Override
    public void close() {
        closeAsync().toCompletableFuture().join();
        callbackThreads.awaitEnd(settings.closeTimeoutNanos());
    }

    @Override
    public CompletionStage<Void> closeAsync() {
        CompletableFuture<Void> result;
        synchronized (this) {
            if (closing != null) {
                return closing.minimalCompletionStage();
            }
            result = new CompletableFuture<>();
            closing = result;
        }
        List<CompletableFuture<Void>> ended = new ArrayList<>();
        for (ClientChannel channel : channels.toArray(ClientChannel[]::new)) {
            ended.add(channel.closeAsync().toCompletableFuture());
        }
        for (Probe probe : probes) {
            ended.add(probe.ended());
            probe.stop();
        }
        var unused = CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> failure)
                .thenCompose(failure -> closeTransports())
                .handle((done, failure) -> failure)
                .thenCompose(failure -> loops.close())
                .thenRun(callbackThreads::close)
                .whenComplete((done, failure) -> result.complete(null));
        return result.minimalCompletionStage();
    }

    private CompletableFuture<Void> closeTransports() {
        return CompletableFuture.allOf(transports.stream()
                .map(named -> named.transport().close().toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    @Override
    public String toString() {
        return "Client[" + channels.size() + " channels]";
    }
}
