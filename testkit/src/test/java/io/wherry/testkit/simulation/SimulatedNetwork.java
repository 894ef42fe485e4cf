// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where servers listen and clients connect, and what happens to their connections. Confined to the thread of the run. */
final class SimulatedNetwork {

    private final VirtualClock clock;
    private final Weather weather;
    private final Trace trace;
    /** The network's own place, for what happens to connections. */
    private final FakeLoop loop;

    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final Set<Wire.End> open = new LinkedHashSet<>();
    private int wires;

    SimulatedNetwork(VirtualClock clock, Weather weather, Trace trace) {
        this.clock = clock;
        this.weather = weather;
        this.trace = trace;
        this.loop = clock.loop("network");
    }

    VirtualClock clock() {
        return clock;
    }

    Weather weather() {
        return weather;
    }

    Trace trace() {
        return trace;
    }

    /** Who takes connections. */
    interface Host {

        /** The loop that serves the next connection. */
        FakeLoop nextLoop();

        /** Takes a connection, on that loop. */
        void accepted(Wire.End end, Hello hello);
    }

    /** Binds a name; returns whether it was free. */
    boolean listen(String name, Host host) {
        return hosts.putIfAbsent(name, host) == null;
    }

    void unlisten(String name, Host host) {
        hosts.remove(name, host);
    }

    /** The process behind a name dies: nobody listens there, and its connections break. */
    void crash(String name, List<FakeLoop> loops) {
        hosts.remove(name);
        for (Wire.End end : List.copyOf(open)) {
            if (loops.contains(end.loop())) {
                end.wire().cut();
            }
        }
        open.removeIf(end -> loops.contains(end.loop()));
    }

    /** Runs something on a loop after a while, if that loop still lives then. */
    void schedule(FakeLoop on, long nanos, Runnable task) {
        on.schedule(task, nanos);
    }

    void ended(Wire.End end) {
        open.remove(end);
    }

    /** The ends that are open. */
    Set<Wire.End> open() {
        return open;
    }

    /**
     * Connects.
     *
     * @param hello what the client says first; it may arrive twice
     * @return the client's end, which may hear nothing for ever
     */
    Wire.End connect(FakeLoop clientLoop, String name, Hello hello, Wire.Events events) {
        Wire wire = newWire(clientLoop, name, hello, events, 0);
        if (hello.isRequest() && weather.repeats()) {
            trace.add("network", "repeats", wire.number());
            trace.count("repeats");
            newWire(loop, name, hello, new Nobody(), weather.longWhile() / 3);
        }
        return wire.client();
    }

    private Wire newWire(FakeLoop clientLoop, String name, Hello hello, Wire.Events events, long extraNanos) {
        @Nullable Host host = hosts.get(name);
        FakeLoop serverLoop = host == null ? loop : host.nextLoop();
        Wire wire = new Wire(this, ++wires, clientLoop, serverLoop);
        trace.add("network", hello.transport(), wire.number());
        trace.note("network", hello.what() + " for", hello.target());
        wire.client().events(events);
        if (clientLoop != loop) {
            open.add(wire.client());
        }
        if (host == null || weather.refuses()) {
            if (!weather.chance(0.3)) {
                schedule(clientLoop, weather.latency(), () -> wire.client().finish(refused()));
            }
            return wire;
        }
        open.add(wire.server());
        schedule(serverLoop, extraNanos + weather.latency(), () -> {
            if (!wire.server().isClosed()) {
                host.accepted(wire.server(), hello);
            }
        });
        fate(wire);
        return wire;
    }

    private static WherryException refused() {
        return new WherryException(ErrorCode.UNAVAILABLE, "the connection was refused");
    }

    private void fate(Wire wire) {
        if (weather.cuts()) {
            schedule(loop, weather.life(), () -> {
                if (weather.isBad()) {
                    wire.cut();
                }
            });
        }
        if (weather.stalls()) {
            Wire.End end = weather.chance(0.5) ? wire.client() : wire.server();
            long nanos = weather.chance(0.3) ? Long.MAX_VALUE : weather.longWhile();
            schedule(loop, weather.life() / 4, () -> {
                if (weather.isBad() && !end.isClosed()) {
                    end.stall(nanos);
                }
            });
        }
    }

    /** Cuts some of the connections that are open. */
    void cutSome(double share) {
        Set<Wire> cut = new LinkedHashSet<>();
        for (Wire.End end : new ArrayList<>(open)) {
            if (weather.chance(share)) {
                cut.add(end.wire());
            }
        }
        cut.forEach(Wire::cut);
    }

    /** The client of a request that the network itself has made again. */
    private static final class Nobody implements Wire.Events {

        @Override
        public void received(byte[] bytes, boolean whole) {
            // Nobody waits for it.
        }

        @Override
        public void receiveComplete() {
            // Nobody waits for it.
        }

        @Override
        public void writable() {
            // It says nothing more.
        }

        @Override
        public void closed(@Nullable WherryException cause) {
            // That was all.
        }
    }
}
