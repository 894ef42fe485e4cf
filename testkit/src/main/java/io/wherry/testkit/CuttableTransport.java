// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Envelope;
import io.wherry.spi.Loop;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Target;
import io.wherry.spi.Transport;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A transport whose client connections break on demand: another transport, with a bad network in front of its client
 * half. Works with every transport, also with those that have no sockets. Thread-safe.
 *
 * <p>A cut loses what the client has not taken yet; what it has sent may still arrive, as on a real network.
 */
public final class CuttableTransport implements Transport {

    private final Transport transport;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connects = new AtomicInteger();
    private final AtomicReference<@Nullable Predicate<Envelope>> cutOn = new AtomicReference<>();
    private final AtomicReference<@Nullable Predicate<Envelope>> loseOnce = new AtomicReference<>();
    private final AtomicReference<@Nullable Stolen> stolen = new AtomicReference<>();
    private final List<WherryException> refusals = new CopyOnWriteArrayList<>();
    private volatile UnaryOperator<Envelope> rewrite = UnaryOperator.identity();
    private volatile boolean refusing;
    private volatile boolean stalled;
    private volatile boolean repeating;

    /** Puts a network in front of a transport. */
    public CuttableTransport(Transport transport) {
        this.transport = transport;
    }

    /** Cuts all connections that live now. Completes when their clients have been told. */
    public CompletionStage<Void> cut() {
        return forEach(Line::cut);
    }

    /** Says whether new connections fail. */
    public void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** Says whether nothing passes, either way; what is sent meanwhile waits. */
    public CompletionStage<Void> stall(boolean stall) {
        stalled = stall;
        return stall ? CompletableFuture.completedFuture(null) : forEach(Line::resume);
    }

    /** Cuts a connection once, when an envelope comes for which this holds; the client does not get it. */
    public void cutOn(Predicate<Envelope> envelope) {
        cutOn.set(envelope);
    }

    /** Changes what the clients get from now on. */
    public void rewrite(UnaryOperator<Envelope> received) {
        rewrite = received;
    }

    /** Says whether the clients get everything that has a position twice. */
    public void repeat(boolean repeat) {
        repeating = repeat;
    }

    /** Loses an envelope that a client sends once, when this holds for it; what comes after it passes. */
    public void loseOnce(Predicate<Envelope> envelope) {
        loseOnce.set(envelope);
    }

    /** A channel that is not the client's own. */
    private record Stolen(String channelId, @Nullable Position after) {

        Target in(Target target) {
            return new Target(
                    target.uri(),
                    target.loop(),
                    channelId,
                    after,
                    target.headers(),
                    target.connection(),
                    target.standby());
        }
    }

    /** Lets the next connection try to resume a channel that is not its client's. */
    public void resumeOnce(String channelId, @Nullable Position after) {
        stolen.set(new Stolen(channelId, after));
    }

    /** With what connections have ended before anything came on them. */
    public List<WherryException> refusals() {
        return List.copyOf(refusals);
    }

    /** How many connections live. */
    public int connections() {
        return lines.size();
    }

    /** How many connections were asked for, the refused ones too. */
    public int connects() {
        return connects.get();
    }

    @Override
    public String name() {
        return transport.name();
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return transport.keys();
    }

    @Override
    public ServerTransport server(Config config) {
        return transport.server(config);
    }

    @Override
    public ClientTransport client(Config config) {
        ClientTransport client = transport.client(config);
        return new ClientTransport() {
            @Override
            public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
                connects.incrementAndGet();
                Line line = new Line(target.loop(), listener);
                line.open(client, context, target);
                return line;
            }

            @Override
            public CompletionStage<Void> close() {
                return client.close();
            }
        };
    }

    private CompletionStage<Void> forEach(java.util.function.Consumer<Line> action) {
        return CompletableFuture.allOf(lines.stream()
                .map(line -> CompletableFuture.runAsync(() -> action.accept(line), line.loop))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Whether a condition that is set holds, which it does once. */
    private static boolean isOnce(AtomicReference<@Nullable Predicate<Envelope>> condition, Envelope envelope) {
        @Nullable Predicate<Envelope> current = condition.get();
        return current != null && current.test(envelope) && condition.compareAndSet(current, null);
    }

    /** A connection, and the listener in front of it. Confined to its loop. */
    private final class Line implements ClientConnection, ClientListener {

        private final Loop loop;
        private final ClientListener listener;
        private final Queue<Runnable> outbound = new ArrayDeque<>();
        private final Queue<Runnable> inbound = new ArrayDeque<>();
        private @Nullable ClientConnection connection;
        private boolean hasReceived;
        private boolean ended;

        Line(Loop loop, ClientListener listener) {
            this.loop = loop;
            this.listener = listener;
        }

        void open(ClientTransport client, ClientContext context, Target target) {
            lines.add(this);
            if (refusing) {
                loop.execute(() -> end(new WherryException(ErrorCode.UNAVAILABLE, "refused by the test")));
            } else {
                Stolen other = stolen.getAndSet(null);
                Target to = other == null ? target : other.in(target);
                down(() -> connection = client.connect(context, to, this));
            }
        }

        void cut() {
            end(new WherryException(ErrorCode.UNAVAILABLE, "cut by the test"));
            if (connection != null) {
                connection.close();
            }
        }

        void resume() {
            run(outbound);
            run(inbound);
            if (!ended && isWritable()) {
                listener.writable();
            }
        }

        /** Runs what has waited, each before it leaves its place, so that nothing overtakes it. */
        private void run(Queue<Runnable> waiting) {
            while (!waiting.isEmpty() && !stalled) {
                waiting.element().run();
                waiting.remove();
            }
        }

        private void end(@Nullable Throwable cause) {
            if (!ended) {
                ended = true;
                lines.remove(this);
                listener.closed(cause);
            }
        }

        private void down(Runnable call) {
            if (stalled || !outbound.isEmpty()) {
                outbound.add(call);
            } else {
                call.run();
            }
        }

        private void up(Runnable call) {
            if (stalled || !inbound.isEmpty()) {
                inbound.add(call);
            } else {
                call.run();
            }
        }

        @Override
        public boolean isWritable() {
            return !ended && !stalled && connection != null && connection.isWritable();
        }

        @Override
        public void send(Envelope envelope) {
            down(() -> {
                if (connection != null && !ended && !isOnce(loseOnce, envelope)) {
                    connection.send(envelope);
                }
            });
        }

        @Override
        public void flush() {
            down(() -> {
                if (connection != null && !ended) {
                    connection.flush();
                }
            });
        }

        @Override
        public void readable(boolean readable) {
            if (connection != null && !ended) {
                connection.readable(readable);
            }
        }

        @Override
        public void close() {
            if (stalled || connection == null) {
                loop.execute(() -> end(null));
            }
            if (connection != null) {
                connection.close();
            }
        }

        @Override
        public void received(Envelope envelope) {
            up(() -> {
                if (ended) {
                    return;
                }
                hasReceived = true;
                if (isOnce(cutOn, envelope)) {
                    cut();
                    return;
                }
                Envelope seen = rewrite.apply(envelope);
                listener.received(seen);
                if (repeating && seen.position() != null && seen.kind() != Envelope.Kind.WELCOME && !ended) {
                    listener.received(seen);
                }
            });
        }

        @Override
        public void receiveComplete() {
            up(() -> {
                if (!ended) {
                    listener.receiveComplete();
                }
            });
        }

        @Override
        public void alive() {
            up(() -> {
                if (!ended) {
                    listener.alive();
                }
            });
        }

        @Override
        public void writable() {
            if (!ended && !stalled) {
                listener.writable();
            }
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            up(() -> {
                if (!hasReceived && !ended && cause instanceof WherryException refusal) {
                    refusals.add(refusal);
                }
                end(cause);
            });
        }

        @Override
        public @Nullable Position position() {
            return listener.position();
        }
    }
}
