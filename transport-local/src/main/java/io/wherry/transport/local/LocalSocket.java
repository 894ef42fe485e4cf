// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.EnvelopeReader;
import io.wherry.spi.Loop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection: what a socket is to the other transports. Confined to its loop; the two ends reach each other
 * by tasks on the other's loop.
 *
 * <p>What this end has written counts as under way until the other end has consumed it, and over a mark of such bytes this
 * end is not writable.
 */
final class LocalSocket {

    /** Over so many bytes under way an end is not writable, and below half of them it is again. */
    static final int HIGH_MARK = 64 << 10;

    private final Loop loop;
    private final EnvelopeReader reader;
    private final Events events;
    private final Queue<ByteBuf> arrived = new ArrayDeque<>();
    private @Nullable LocalSocket peer;
    private List<ByteBuf> taken = new ArrayList<>();
    private long underWay;
    private boolean writable = true;
    private boolean readable;
    private boolean peerClosed;
    private @Nullable WherryException peerReason;
    private boolean closed;

    /** What an end hears. Called on its loop; {@code closed} comes exactly once, and last, and never from within a call. */
    interface Events {

        void received(Envelope envelope);

        void receiveComplete();

        void writable();

        void closed(@Nullable WherryException cause);
    }

    /** Makes an end that is not readable yet. */
    LocalSocket(Loop loop, int maxMessage, Events events) {
        this.loop = loop;
        this.reader = new EnvelopeReader(maxMessage);
        this.events = events;
    }

    /** Joins two ends, before either is used. */
    static void join(LocalSocket one, LocalSocket other) {
        one.peer = other;
        other.peer = one;
    }

    Loop loop() {
        return loop;
    }

    boolean isWritable() {
        return writable && !closed;
    }

    /** Takes bytes, which are lent. */
    void write(ByteBuf envelopes) {
        if (closed) {
            return;
        }
        taken.add(envelopes.retainedDuplicate());
        underWay += envelopes.readableBytes();
        writable &= underWay <= HIGH_MARK;
    }

    void flush() {
        if (closed || taken.isEmpty()) {
            return;
        }
        List<ByteBuf> batch = taken;
        taken = new ArrayList<>();
        if (!tellPeer(to -> to.arrive(batch))) {
            batch.forEach(ByteBuf::release);
            // What the other side has sent before waits in this loop, and is taken first.
            loop.execute(this::peerLoopEnded);
        }
    }

    private void peerLoopEnded() {
        if (!closed && !peerClosed) {
            peerClosed(new WherryException(ErrorCode.UNAVAILABLE, "local: the other side's loop has ended"));
        }
    }

    void readable(boolean nowReadable) {
        readable = nowReadable;
        if (nowReadable && !closed) {
            loop.execute(this::consume);
        }
    }

    /** Ends the connection after what was written before; the other end hears the reason once it has consumed that. */
    void close(@Nullable WherryException reason) {
        flush();
        if (!closed) {
            finish(null);
            tellPeer(to -> to.peerClosed(reason));
        }
    }

    private void arrive(List<ByteBuf> batch) {
        if (closed) {
            batch.forEach(ByteBuf::release);
            return;
        }
        arrived.addAll(batch);
        consume();
    }

    private void peerClosed(@Nullable WherryException reason) {
        peerClosed = true;
        peerReason = reason;
        consume();
    }

    private void consume() {
        int consumed = 0;
        try {
            while (readable && !closed && !arrived.isEmpty()) {
                ByteBuf bytes = arrived.element();
                int before = bytes.readableBytes();
                @Nullable Envelope envelope = reader.readNext(bytes, LocalFraming.delimiter());
                consumed += before - bytes.readableBytes();
                if (!bytes.isReadable()) {
                    arrived.remove().release();
                } else if (envelope == null) {
                    throw new WherryException(ErrorCode.BAD_REQUEST, "envelope: ends early (expected: whole ones)");
                }
                if (envelope != null) {
                    events.received(envelope);
                }
            }
            if (consumed > 0 && !closed) {
                events.receiveComplete();
            }
        } catch (RuntimeException e) {
            fail(WherryException.from(e));
        }
        if (closed) {
            return;
        }
        if (peerClosed) {
            if (arrived.isEmpty()) {
                finish(peerReason);
            }
        } else if (consumed > 0) {
            int size = consumed;
            tellPeer(to -> to.consumed(size));
        }
    }

    private void consumed(int size) {
        underWay -= size;
        if (!closed && !writable && underWay < HIGH_MARK / 2) {
            writable = true;
            events.writable();
        }
    }

    void fail(WherryException cause) {
        if (!closed) {
            finish(cause);
            tellPeer(to -> to.peerClosed(cause));
        }
    }

    private void finish(@Nullable WherryException cause) {
        closed = true;
        arrived.forEach(ByteBuf::release);
        arrived.clear();
        taken.forEach(ByteBuf::release);
        taken.clear();
        loop.execute(() -> events.closed(cause));
    }

    /** Gives the other end a task; false when its loop has ended. */
    private boolean tellPeer(Consumer<LocalSocket> task) {
        @Nullable LocalSocket to = peer;
        if (to == null) {
            return false;
        }
        try {
            to.loop.execute(() -> task.accept(to));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}
