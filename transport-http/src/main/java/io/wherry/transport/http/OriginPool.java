// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Loop;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A pool's connections to one server for one loop: those of HTTP/1.1 that wait for a request, and those of HTTP/2, which calls
 * share. Confined to its loop.
 *
 * <p>Where a connection may turn out to be one of HTTP/2, calls that come meanwhile wait for it in place of making their own.
 */
final class OriginPool {

    private static final int MAX_IDLE = 256;
    private static final Duration IDLE_TIME = Duration.ofSeconds(30);
    private static final int MAX_CHUNK = 64 * 1024;
    /** When a call is given up that has waited for a connection for longer, the next one does not join it. */
    private static final long SLOW_NANOS = Duration.ofMillis(100).toNanos();

    private final HttpConnector connector;
    private final ClientContext context;
    private final Loop loop;
    private final URI uri;
    private final ArrayDeque<HttpClientConnection> idle = new ArrayDeque<>();
    private final List<Http2ClientConnection> shared = new ArrayList<>();
    private @Nullable Connecting connecting;
    private boolean isOne;

    /** A connection that is being made, and the calls that wait for it. */
    private static final class Connecting {

        private final long sinceNanos;
        private final List<PooledCall> calls = new ArrayList<>();

        Connecting(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    OriginPool(HttpConnector connector, ClientContext context, Loop loop, URI uri) {
        this.connector = connector;
        this.context = context;
        this.loop = loop;
        this.uri = uri;
        this.isOne = !connector.versions().mayBeTwo(HttpConnector.isSecure(uri));
    }

    /**
     * Has a call carried, or fails it, now or later.
     *
     * @param fresh whether on a connection that does not stand yet
     */
    void carry(PooledCall call, boolean fresh) {
        @Nullable CallCarrier open = fresh ? null : takeOpen();
        if (open != null) {
            call.carriedBy(open);
        } else if (connecting != null) {
            connecting.calls.add(call);
        } else {
            connect(call);
        }
    }

    private @Nullable CallCarrier takeOpen() {
        for (Http2ClientConnection connection : shared) {
            if (connection.takesMore()) {
                return connection.newStream();
            }
        }
        while (!idle.isEmpty()) {
            HttpClientConnection connection = idle.removeLast();
            if (connection.isUsable()) {
                connection.taken();
                return connection;
            }
        }
        return null;
    }

    /** A call is over that was not carried. The way on which others would wait with it may be dead. */
    void gaveUp(PooledCall call) {
        Connecting made = connecting;
        if (made != null && made.calls.contains(call) && loop.nanoTime() - made.sinceNanos > SLOW_NANOS) {
            connecting = null;
        }
    }

    private void connect(PooledCall first) {
        Connecting made = new Connecting(loop.nanoTime());
        made.calls.add(first);
        if (!isOne) {
            connecting = made;
        }
        connector
                .connect(context, loop, uri, this::handlers)
                .thenCompose(OriginPool::ready)
                .whenComplete((channel, failure) -> {
                    if (loop.inLoop()) {
                        connected(made, channel, failure);
                    } else {
                        loop.execute(() -> connected(made, channel, failure));
                    }
                });
    }

    private ChannelHandler[] handlers(String protocol) {
        int header = context.limits().header();
        if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
            return new Http2ClientConnection(loop, header, context.config().get(CoreKeys.CONNECT_TIMEOUT)).handlers();
        }
        return new ChannelHandler[] {
            new HttpClientCodec(header, header, MAX_CHUNK, false), new HttpClientConnection(loop, this)
        };
    }

    private static CompletionStage<Channel> ready(Channel channel) {
        @Nullable Http2ClientConnection two = channel.pipeline().get(Http2ClientConnection.class);
        return two == null
                ? CompletableFuture.completedStage(channel)
                : two.ready().thenApply(ready -> channel);
    }

    private void connected(Connecting made, @Nullable Channel channel, @Nullable Throwable failure) {
        if (connecting == made) {
            connecting = null;
        }
        if (channel == null) {
            WherryException cause = WherryException.from(
                    failure == null ? new WherryException(ErrorCode.INTERNAL, "connect: nothing") : failure);
            made.calls.forEach(call -> call.fail(cause));
            return;
        }
        @Nullable Http2ClientConnection two = channel.pipeline().get(Http2ClientConnection.class);
        if (two == null) {
            isOne = true;
            carry(made.calls, channel.pipeline().get(HttpClientConnection.class));
        } else {
            isOne = false;
            carry(made.calls, two);
        }
    }

    private void carry(List<PooledCall> calls, HttpClientConnection connection) {
        boolean taken = false;
        for (PooledCall call : calls) {
            if (call.isDone()) {
                continue;
            }
            if (taken) {
                carry(call, true);
            } else {
                taken = true;
                call.carriedBy(connection);
            }
        }
        if (!taken) {
            connection.close();
        }
    }

    private void carry(List<PooledCall> calls, Http2ClientConnection connection) {
        shared.add(connection);
        connection.keep(IDLE_TIME, () -> shared.remove(connection));
        boolean takesAny = connection.takesMore();
        for (PooledCall call : calls) {
            if (call.isDone()) {
                continue;
            }
            if (connection.takesMore()) {
                call.carriedBy(connection.newStream());
            } else if (takesAny) {
                carry(call, true);
            } else {
                call.fail(new WherryException(ErrorCode.UNAVAILABLE, "connect: the server takes no request"));
            }
        }
    }

    /** Takes back a connection that can serve another request. */
    void giveBack(HttpClientConnection connection) {
        if (idle.size() >= MAX_IDLE) {
            connection.close();
            return;
        }
        idle.addLast(connection);
        connection.idle(IDLE_TIME, () -> idle.remove(connection));
    }
}
