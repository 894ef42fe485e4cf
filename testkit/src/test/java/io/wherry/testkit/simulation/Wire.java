// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.testkit.FakeLoop;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A connection through the simulated network: two ends, and a way between them in each direction that is slow, in order,
 * and may stall or be cut. Confined to the thread of the run; each end calls its user on that one's loop.
 */
final class Wire {

    private static final long FOR_EVER = Long.MAX_VALUE;

    private final SimulatedNetwork network;
    private final int number;
    private final End client;
    private final End server;
    private boolean cut;
    private boolean tore;

    Wire(SimulatedNetwork network, int number, FakeLoop clientLoop, FakeLoop serverLoop) {
        this.network = network;
        this.number = number;
        this.client = new End("client", clientLoop);
        this.server = new End("server", serverLoop);
    }

    int number() {
        return number;
    }

    End client() {
        return client;
    }

    End server() {
        return server;
    }

    /** What one end hears. {@code closed} comes exactly once, and last, and never from within a call. */
    interface Events {

        /**
         * Bytes have come.
         *
         * @param whole whether they are all that was sent at once, not what a cut has left of it
         */
        void received(byte[] bytes, boolean whole);

        /** No more is at hand. */
        void receiveComplete();

        void writable();

        /** The connection has ended; the cause is what the other end has said, or that it was cut. */
        void closed(@Nullable WherryException cause);
    }

    /** Cuts both ways: what is under way is lost, and the ends hear of it sooner or later, or never. */
    void cut() {
        if (cut) {
            return;
        }
        cut = true;
        network.trace().add("wire", "cut", number);
        network.trace().count("cut");
        for (End end : new End[] {client, server}) {
            if (!network.weather().chance(0.2)) {
                end.later(network.weather().shortWhile(), () -> end.finish(broken()));
            }
        }
    }

    private static WherryException broken() {
        return new WherryException(ErrorCode.UNAVAILABLE, "the connection was cut");
    }

    /** One end. */
    final class End {

        private final String name;
        private final FakeLoop loop;
        private final Queue<Arrival> arrived = new ArrayDeque<>(2);
        private @Nullable Events events;
        /** What is on its way, and not consumed. */
        private long flying;

        private final Queue<Held> held = new ArrayDeque<>(1);
        private long underWay;
        private boolean writable = true;
        private boolean readable = true;
        private boolean closed;
        private boolean peerClosed;
        private @Nullable WherryException peerReason;
        /** When the last thing that was sent from here arrives. */
        private long lastArrivalNanos;

        private long stalledUntilNanos;

        End(String name, FakeLoop loop) {
            this.name = name;
            this.loop = loop;
        }

        /** What waits for room on the way. */
        private record Held(int size, Runnable arrival) {}

        private record Arrival(byte[] bytes, boolean whole) {}

        FakeLoop loop() {
            return loop;
        }

        int number() {
            return number;
        }

        private End peer() {
            return this == client ? server : client;
        }

        void events(Events user) {
            events = user;
        }

        boolean isClosed() {
            return closed;
        }

        boolean isWritable() {
            return writable && !closed;
        }

        /** Keeps back what is sent from here on, for a while or for ever. */
        void stall(long nanos) {
            String what = nanos == FOR_EVER ? "goes silent" : "stalls";
            network.trace().add(name, what, number);
            network.trace().count(what);
            long now = network.clock().nanoTime();
            stalledUntilNanos = nanos == FOR_EVER ? FOR_EVER : now + nanos;
        }

        void send(byte[] bytes) {
            if (closed) {
                return;
            }
            underWay += bytes.length;
            if (writable && underWay > network.weather().room()) {
                writable = false;
                network.trace().count("takes no more");
            }
            End to = peer();
            go(bytes.length, () -> to.arrive(bytes));
        }

        /** Lets something travel when there is room on the way. */
        private void go(int size, Runnable arrival) {
            // Where nothing comes back that says what has arrived, little more is sent.
            boolean isUnanswered =
                    flying > 0 && peer().stalledUntilNanos > network.clock().nanoTime();
            if (held.isEmpty()
                    && !isUnanswered
                    && flying <= 2L * network.weather().room()) {
                flying += size;
                travel(arrival);
            } else {
                held.add(new Held(size, arrival));
            }
        }

        /** Ends the connection after what was sent before. */
        void close(@Nullable WherryException reason) {
            if (closed) {
                return;
            }
            End to = peer();
            go(0, () -> to.peerClosed(reason));
            finish(null);
        }

        void readable(boolean now) {
            readable = now;
            if (now && !closed) {
                loop.execute(this::consume);
            }
        }

        private void travel(Runnable arrival) {
            if (cut || stalledUntilNanos == FOR_EVER) {
                return;
            }
            long now = network.clock().nanoTime();
            long at = Math.max(now + network.weather().latency(), Math.max(lastArrivalNanos, stalledUntilNanos));
            lastArrivalNanos = at;
            peer().later(at - now, arrival);
        }

        private void later(long nanos, Runnable task) {
            network.schedule(loop, nanos, task);
        }

        private void arrive(byte[] bytes) {
            if (closed) {
                return;
            }
            network.trace().add(name, "receives", bytes.length ^ ((long) number << 20));
            if (!cut) {
                arrived.add(new Arrival(bytes, true));
            } else if (!tore) {
                // The first that was under way when the cut came: some of it may be through.
                tore = true;
                arrived.add(new Arrival(Arrays.copyOf(bytes, network.weather().below(bytes.length + 1)), false));
            } else {
                return;
            }
            consume();
        }

        private void peerClosed(@Nullable WherryException reason) {
            if (!cut) {
                peerClosed = true;
                peerReason = reason;
                consume();
            }
        }

        private void consume() {
            Events user = events;
            int consumed = 0;
            while (readable && !closed && user != null && !arrived.isEmpty()) {
                Arrival next = arrived.remove();
                consumed += next.bytes.length;
                user.received(next.bytes, next.whole);
            }
            if (user == null || closed) {
                return;
            }
            if (consumed > 0) {
                user.receiveComplete();
                int size = consumed;
                End to = peer();
                travel(() -> to.consumed(size));
            }
            if (peerClosed && arrived.isEmpty()) {
                finish(peerReason);
            }
        }

        private void consumed(int size) {
            underWay -= size;
            flying -= size;
            while (!held.isEmpty() && flying <= 2L * network.weather().room()) {
                Held next = held.remove();
                flying += next.size;
                travel(next.arrival);
            }
            Events user = events;
            if (!closed && !writable && underWay < network.weather().room() / 2) {
                writable = true;
                if (user != null) {
                    user.writable();
                }
            }
        }

        /** Ends this end alone. */
        void finish(@Nullable WherryException cause) {
            if (closed) {
                return;
            }
            closed = true;
            arrived.clear();
            network.trace().add(name, cause == null ? "closed" : cause.code().text(), number);
            if (cause != null) {
                network.trace().count("connection: " + cause.code().text());
            }
            network.ended(this);
            Events user = events;
            if (user != null) {
                network.schedule(loop, 0, () -> user.closed(cause));
            }
        }

        @Override
        public String toString() {
            return name + " " + number + (cut ? ", cut" : "") + (events == null ? ", not served" : "");
        }

        Wire wire() {
            return Wire.this;
        }
    }
}
