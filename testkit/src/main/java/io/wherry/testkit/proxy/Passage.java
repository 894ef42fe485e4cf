// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.wherry.testkit.proxy.TcpFaults.Kind;
import io.wherry.testkit.proxy.TcpFaults.TcpFault;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of one direction of one connection pass: counted, delayed, throttled, held up, lost, or cut. Confined to the
 * proxy's loop.
 */
final class Passage {

    private static final int FULL_BYTES = 64 << 10;
    /** How many pieces a second throttled bytes pass in. */
    private static final int PIECES = 20;

    /** Where the bytes go on. */
    interface FarSide {
        /** Takes bytes and owns them. */
        void pass(ByteBuf bytes);

        /** No more for now. */
        void flush();

        /** There will be no more. */
        void end();

        /** Says whether too much waits here. */
        void full(boolean full);

        /** The connection is cut. */
        void cut();

        /** All connections are cut. */
        void cutAll();
    }

    private record Parcel(@Nullable ByteBuf bytes, long dueNanos) {}

    private final Direction direction;
    private final TcpFaults faults;
    private final EventLoop loop;
    private final FarSide farSide;
    private final LongConsumer counter;
    private final Queue<Parcel> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long passedBytes;
    private long freeAtNanos;
    private boolean full;
    private boolean vanishing;
    private boolean closed;
    private @Nullable ScheduledFuture<?> timer;

    Passage(Direction direction, TcpFaults faults, EventLoop loop, FarSide farSide, LongConsumer counter) {
        this.direction = direction;
        this.faults = faults;
        this.loop = loop;
        this.farSide = farSide;
        this.counter = counter;
        this.freeAtNanos = System.nanoTime();
    }

    /** Takes bytes and owns them. */
    void pass(ByteBuf bytes) {
        if (closed || isVanishing() || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        waitingBytes += bytes.readableBytes();
        faults.strikes(Kind.STALL, direction);
        add(bytes);
    }

    /** There will be no more: told to the far side after what waits. */
    void end() {
        if (!closed && !isVanishing()) {
            add(null);
        }
    }

    private void add(@Nullable ByteBuf bytes) {
        waiting.add(new Parcel(bytes, System.nanoTime() + delayNanos()));
        pump();
    }

    private long delayNanos() {
        long nanos = 0;
        for (TcpFault delay : faults.on(Kind.DELAY, direction)) {
            delay.fault().strike();
            nanos += delay.amount();
        }
        return nanos;
    }

    /** Whether what comes is lost: once something was, all that follows on this connection is. */
    private boolean isVanishing() {
        if (faults.strikes(Kind.BLACK_HOLE, direction)) {
            vanish();
        }
        return vanishing;
    }

    /** Loses all that comes from now on. */
    void vanish() {
        vanishing = true;
        release();
    }

    boolean vanishes() {
        return vanishing || faults.isOn(Kind.BLACK_HOLE, direction);
    }

    /** Lets pass what may, now. */
    void pump() {
        boolean passed = false;
        while (!closed && !waiting.isEmpty() && !faults.isOn(Kind.STALL, direction) && !isVanishing()) {
            Parcel next = waiting.element();
            long waitNanos = Math.max(next.dueNanos, freeAtNanos) - System.nanoTime();
            if (waitNanos > 0) {
                schedule(waitNanos);
                break;
            }
            if (next.bytes == null) {
                waiting.remove();
                farSide.flush();
                farSide.end();
                return;
            }
            passed |= pass(next, next.bytes);
        }
        if (passed && !closed) {
            farSide.flush();
        }
        tellWhetherFull();
    }

    /** Passes a piece of the first parcel. */
    private boolean pass(Parcel parcel, ByteBuf bytes) {
        int size = throttled(bytes.readableBytes());
        @Nullable TcpFault cut = null;
        for (Kind kind : new Kind[] {Kind.CUT_ALL_AFTER, Kind.CUT_EACH_AFTER}) {
            for (TcpFault each : faults.on(kind, direction)) {
                long left = each.amount() - (kind == Kind.CUT_EACH_AFTER ? passedBytes : 0);
                if (left <= size) {
                    size = (int) Math.max(0, left);
                    cut = each;
                }
            }
        }
        for (TcpFault each : faults.on(Kind.CUT_ALL_AFTER, direction)) {
            each.spend(size);
        }
        passedBytes += size;
        waitingBytes -= size;
        counter.accept(size);
        if (size == bytes.readableBytes()) {
            waiting.remove(parcel);
            farSide.pass(bytes);
        } else if (size > 0) {
            farSide.pass(bytes.readRetainedSlice(size));
        }
        if (cut != null && cut.fault().strike()) {
            farSide.flush();
            if (cut.isAbout(Kind.CUT_ALL_AFTER)) {
                farSide.cutAll();
            } else {
                farSide.cut();
            }
        }
        return true;
    }

    /** How much of so many bytes may pass now. */
    private int throttled(int wanted) {
        int size = wanted;
        for (TcpFault throttle : faults.on(Kind.THROTTLE, direction)) {
            throttle.fault().strike();
            size = (int) Math.min(size, Math.max(1, throttle.amount() / PIECES));
        }
        for (TcpFault throttle : faults.on(Kind.THROTTLE, direction)) {
            long nanos = TimeUnit.SECONDS.toNanos(size) / throttle.amount();
            freeAtNanos = Math.max(freeAtNanos, System.nanoTime() + nanos);
        }
        return size;
    }

    private void schedule(long nanos) {
        ScheduledFuture<?> before = timer;
        if (before != null) {
            before.cancel(false);
        }
        timer = loop.schedule(this::pump, nanos, TimeUnit.NANOSECONDS);
    }

    private void tellWhetherFull() {
        boolean nowFull = waitingBytes >= FULL_BYTES;
        if (nowFull != full && !closed) {
            full = nowFull;
            farSide.full(nowFull);
        }
    }

    /** Lets nothing pass any more, and forgets what waits. */
    void close() {
        closed = true;
        ScheduledFuture<?> before = timer;
        if (before != null) {
            before.cancel(false);
        }
        release();
    }

    private void release() {
        for (Parcel parcel = waiting.poll(); parcel != null; parcel = waiting.poll()) {
            if (parcel.bytes != null) {
                parcel.bytes.release();
            }
        }
        waitingBytes = 0;
    }
}
