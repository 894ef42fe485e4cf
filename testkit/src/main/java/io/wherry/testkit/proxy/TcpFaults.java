// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What is wrong with the bytes and connections of a proxy. Thread-safe. */
final class TcpFaults {

    /** What a fault does. */
    enum Kind {
        BLACK_HOLE,
        STALL,
        DELAY,
        THROTTLE,
        /** Cuts all connections when so many more bytes have passed. */
        CUT_ALL_AFTER,
        /** Cuts a connection when so many bytes have passed on it. */
        CUT_EACH_AFTER,
        /** Cuts a connection so many nanoseconds after it opened. */
        CUT_OLD,
        RESET_CONNECTS,
        SILENCE_CONNECTS,
        /** Nobody listens, or nobody answers: not a matter of bytes. */
        LISTENING
    }

    /** A fault with its measure: nanoseconds, bytes, or bytes a second. */
    static final class TcpFault {

        private final Kind kind;
        private final @Nullable Direction direction;
        private final Fault fault;
        private long amount;

        TcpFault(Kind kind, @Nullable Direction direction, long amount, Fault fault) {
            this.kind = kind;
            this.direction = direction;
            this.amount = amount;
            this.fault = fault;
        }

        boolean isAbout(Kind other) {
            return kind == other;
        }

        Fault fault() {
            return fault;
        }

        long amount() {
            return amount;
        }

        /** Takes from what may still pass. Confined to the proxy's loop. */
        void spend(long bytes) {
            amount -= bytes;
        }
    }

    private final List<TcpFault> all = new CopyOnWriteArrayList<>();

    void add(TcpFault fault) {
        all.removeIf(old -> old.kind == Kind.CUT_ALL_AFTER && (old.fault.strikes() > 0 || !old.fault.isOn()));
        all.add(fault);
    }

    /** The faults of a kind that are on. */
    List<TcpFault> on(Kind kind, @Nullable Direction direction) {
        List<TcpFault> found = List.of();
        for (TcpFault each : all) {
            if (each.kind == kind && each.direction == direction && each.fault.isOn()) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(each);
            }
        }
        return found;
    }

    /** Whether a fault of a kind is on, which is counted as a strike. */
    boolean strikes(Kind kind, @Nullable Direction direction) {
        boolean any = false;
        for (TcpFault each : on(kind, direction)) {
            any |= each.fault.strike();
        }
        return any;
    }

    boolean isOn(Kind kind, Direction direction) {
        return !on(kind, direction).isEmpty();
    }

    void allOff() {
        all.forEach(each -> each.fault.off());
    }
}
