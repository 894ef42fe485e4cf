// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.HttpMethod;
import io.wherry.Handshake;
import io.wherry.Limits;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Acceptor;
import io.wherry.spi.Loops;
import io.wherry.spi.Port;
import io.wherry.spi.ServerContext;
import io.wherry.testkit.Await;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mockito.Mockito;

/** An HTTP port with routes of a test's own, and a channel layer that is a mock. */
final class TestServer implements ServerContext, AutoCloseable {

    private final Config config;
    private final Loops loops;
    private final Acceptor acceptor = Mockito.mock(Acceptor.class);
    private final Map<Class<?>, Port> ports = new HashMap<>();
    private @Nullable InetSocketAddress address;
    private volatile Function<Handshake, CompletionStage<@Nullable Principal>> door =
            handshake -> CompletableFuture.completedFuture(null);

    /** Makes a server that is not bound yet. */
    TestServer(String... keysAndValues) {
        Map<String, String> values = new HashMap<>();
        values.put("wherry.host", "127.0.0.1");
        values.put("wherry.port", "0");
        values.put("wherry.close-timeout", "1s");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        this.config = config(values);
        this.loops = Loops.start(1, "http-test-server");
        Mockito.when(acceptor.authenticate(Mockito.any()))
                .thenAnswer(call ->
                        door.apply(call.<Supplier<Handshake>>getArgument(0).get()));
    }

    static Config config(Map<String, String> values) {
        List<ConfigKey<?>> keys = new ArrayList<>(CoreKeys.all());
        keys.addAll(HttpKeys.all());
        return Config.of(values, keys);
    }

    HttpPort httpPort() {
        return HttpPort.of(this);
    }

    TestServer route(String name, HttpRoute route) {
        httpPort().route(name, Set.of(HttpMethod.GET, HttpMethod.POST), route);
        return this;
    }

    TestServer authenticate(Function<Handshake, CompletionStage<@Nullable Principal>> authentication) {
        door = authentication;
        return this;
    }

    TestServer bind() {
        address = (InetSocketAddress) Await.value(httpPort().bind());
        return this;
    }

    int port() {
        return java.util.Objects.requireNonNull(address, "address").getPort();
    }

    URI uri(String pathAndQuery) {
        return URI.create("http://127.0.0.1:" + port() + pathAndQuery);
    }

    RawClient connect() {
        return new RawClient(port());
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public Limits limits() {
        return Limits.of(config);
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
        return Runnable::run;
    }

    @Override
    public <P extends Port> P port(Class<P> type, Function<ServerContext, P> factory) {
        return type.cast(ports.computeIfAbsent(type, t -> factory.apply(this)));
    }

    @Override
    public void close() {
        ports.values().forEach(port -> Await.value(port.close(Duration.ofSeconds(5))));
        Await.value(loops.close());
    }
}
