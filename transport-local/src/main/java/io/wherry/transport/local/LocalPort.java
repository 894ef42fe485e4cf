// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.netty.channel.local.LocalAddress;
import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Start;
import io.wherry.WherryException;
import io.wherry.spi.Acceptor.Attachment;
import io.wherry.spi.Loop;
import io.wherry.spi.Port;
import io.wherry.spi.ServerContext;
import io.wherry.spi.Target;
import java.net.SocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The place where a server is found by its name. Thread-safe. */
final class LocalPort implements Port {

    private static final Map<String, LocalPort> BOUND = new ConcurrentHashMap<>();

    private final ServerContext context;
    private final String name;
    private final Set<LocalConnection> connections = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile boolean closing;

    LocalPort(ServerContext context) {
        this.context = context;
        this.name = context.config().get(LocalTransport.NAME);
    }

    /** The server of a name, null when there is none. */
    static @Nullable LocalPort find(String name) {
        return BOUND.get(name);
    }

    @Override
    public CompletionStage<SocketAddress> bind() {
        if (BOUND.putIfAbsent(name, this) != null) {
            return CompletableFuture.failedFuture(new WherryException(
                    ErrorCode.UNAVAILABLE,
                    LocalTransport.NAME + ": " + name + " (expected: a name under which no server is bound now)"));
        }
        return CompletableFuture.completedFuture(new LocalAddress(name));
    }

    @Override
    public CompletionStage<Void> close(Duration grace) {
        BOUND.remove(name, this);
        closing = true;
        for (LocalConnection connection : connections) {
            connection.loop().execute(() -> connection.close(stopping()));
        }
        completeIfClosed();
        return closed;
    }

    /** Takes a client's end; on the client's loop. */
    void accept(LocalSocket client, Target target) {
        Loop loop = context.loops().next();
        LocalConnection connection =
                new LocalConnection(this, loop, context.limits().message());
        LocalSocket.join(client, connection.socket());
        connections.add(connection);
        try {
            loop.execute(() -> {
                if (closing) {
                    connection.close(stopping());
                } else {
                    authenticate(connection, target);
                }
            });
        } catch (RejectedExecutionException e) {
            connections.remove(connection);
            client.fail(stopping());
        }
    }

    private void authenticate(LocalConnection connection, Target target) {
        Handshake handshake = new Handshake("local", null, headers(target), Map.of());
        context.acceptor()
                .authenticate(() -> handshake)
                .whenComplete((principal, failure) -> connection.loop().execute(() -> {
                    if (failure != null) {
                        connection.close(WherryException.from(failure));
                    } else {
                        attach(connection, target, handshake, principal);
                    }
                }));
    }

    private void attach(LocalConnection connection, Target target, Handshake handshake, @Nullable Principal principal) {
        Start start = target.after() == null ? Start.now() : Start.after(target.after());
        Attachment attachment = new Attachment(
                () -> handshake,
                principal,
                target.channelId(),
                start,
                List.of(),
                true,
                true,
                target.connection(),
                target.standby());
        try {
            connection.open(context.acceptor().attach(attachment, connection));
        } catch (WherryException e) {
            connection.close(e);
        }
    }

    private static Map<String, List<String>> headers(Target target) {
        Map<String, List<String>> headers = new TreeMap<>();
        target.headers().get().forEach((header, value) -> headers.put(header.toLowerCase(Locale.ROOT), List.of(value)));
        return headers;
    }

    void remove(LocalConnection connection) {
        connections.remove(connection);
        completeIfClosed();
    }

    private void completeIfClosed() {
        if (closing && connections.isEmpty()) {
            closed.complete(null);
        }
    }

    private static WherryException stopping() {
        return new WherryException(ErrorCode.UNAVAILABLE, "local: the server is stopping");
    }
}
