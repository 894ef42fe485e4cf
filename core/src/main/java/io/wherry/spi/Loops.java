// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.wherry.WherryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The event loops of one server or client. Thread-safe. */
public final class Loops {

    private final @Nullable EventLoopGroup group;
    private final Sockets sockets;
    private final List<Loop> all;
    private final IdentityHashMap<EventLoop, Loop> byEventLoop = new IdentityHashMap<>();
    private final AtomicInteger next = new AtomicInteger();

    private Loops(@Nullable EventLoopGroup group, Sockets sockets, List<? extends Loop> given) {
        this.group = group;
        this.sockets = sockets;
        List<Loop> loops = new ArrayList<>(given);
        for (EventExecutor executor : group == null ? List.<EventExecutor>of() : group) {
            EventLoop eventLoop = (EventLoop) executor;
            Loop loop = new NettyLoop(eventLoop);
            byEventLoop.put(eventLoop, loop);
            loops.add(loop);
        }
        this.all = List.copyOf(loops);
    }

    /** Starts loops with the sockets that are best here; see {@link #start(int, String, String)}. */
    public static Loops start(int count, String name) {
        return start(count, name, SocketChoice.AUTO);
    }

    /**
     * Starts loops. Their threads keep the JVM alive until {@link #close()}.
     *
     * @param count how many threads
     * @param name what their names begin with
     * @param sockets which sockets, by a value of {@code wherry.sockets}
     * @throws WherryException when such sockets are not there
     */
    public static Loops start(int count, String name, String sockets) {
        Sockets chosen = SocketChoice.ofSystem().choose(sockets);
        return new Loops(
                new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name), chosen.handlers()),
                chosen,
                List.of());
    }

    /**
     * Loops that are somebody else's and not Netty's, such as those of a test on virtual time. There are no sockets for them,
     * and closing these does nothing to them.
     *
     * @param loops at least one
     */
    public static Loops given(List<? extends Loop> loops) {
        if (loops.isEmpty()) {
            throw new IllegalArgumentException("loops: none (expected: at least one)");
        }
        return new Loops(null, Sockets.nio(), loops);
    }

    /** All loops. */
    public List<Loop> all() {
        return all;
    }

    /** One of the loops, in turn. */
    public Loop next() {
        return all.get(Math.floorMod(next.getAndIncrement(), all.size()));
    }

    /** The loop that stands for one of Netty's. */
    public Loop of(EventLoop eventLoop) {
        @Nullable Loop loop = byEventLoop.get(eventLoop);
        if (loop == null) {
            throw new IllegalArgumentException("eventLoop: " + eventLoop + " (expected: one of these loops)");
        }
        return loop;
    }

    /** Netty's loop behind one of these. */
    public EventLoop eventLoop(Loop loop) {
        if (loop instanceof NettyLoop netty && byEventLoop.get(netty.eventLoop) == loop) {
            return netty.eventLoop;
        }
        throw new IllegalArgumentException("loop: " + loop + " (expected: one of these loops)");
    }

    /** Netty's group behind these loops. */
    public EventLoopGroup group() {
        EventLoopGroup netty = group;
        if (netty == null) {
            throw new IllegalStateException("group: none (expected: loops of Netty's, and these are not)");
        }
        return netty;
    }

    /** The type of listening sockets that goes with the group. */
    public Class<? extends ServerSocketChannel> serverSocketType() {
        return sockets.serverType();
    }

    /** The type of sockets that goes with the group. */
    public Class<? extends SocketChannel> socketType() {
        return sockets.type();
    }

    /** Which sockets these are, by a value of {@code wherry.sockets}. */
    public String sockets() {
        return sockets.name();
    }

    /**
     * Has a socket given up when its peer has acknowledged nothing of what was sent, or has had no room for it, for so long. For a
     * peer that has no way to give a sign of life. What is sent must come often enough for it to matter.
     *
     * @param limit how long; zero for as long as the system thinks right
     * @return whether it will be: NIO and kqueue cannot, and a socket that is closed needs it no more
     */
    public boolean limitUnacknowledged(Channel socket, Duration limit) {
        ChannelOption<Integer> option = sockets.unacknowledgedLimit();
        if (option == null || !socket.isOpen()) {
            return false;
        }
        try {
            return socket.config().setOption(option, (int) Math.min(Integer.MAX_VALUE, limit.toMillis()));
        } catch (ChannelException e) {
            return false;
        }
    }

    /** Ends the loops after what they have been given. Completes when the threads have ended. */
    public CompletionStage<Void> close() {
        EventLoopGroup netty = group;
        if (netty == null) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> closed = new CompletableFuture<>();
        netty.shutdownGracefully(0, 5, TimeUnit.SECONDS).addListener(done -> closed.complete(null));
        return closed;
    }

    /** A loop of Netty's. */
    private static final class NettyLoop implements Loop {

        private final EventLoop eventLoop;
        /** Whether it may sleep though it was given something. */
        private final AtomicBoolean isWakeDue = new AtomicBoolean();

        NettyLoop(EventLoop eventLoop) {
            this.eventLoop = eventLoop;
        }

        @Override
        public void execute(Runnable task) {
            eventLoop.execute(task);
        }

        @Override
        public void executeQuietly(Runnable task) {
            if (eventLoop instanceof AbstractEventExecutor executor) {
                executor.lazyExecute(task);
                if (!isWakeDue.get()) {
                    isWakeDue.set(true);
                }
            } else {
                eventLoop.execute(task);
            }
        }

        @Override
        public void wake() {
            if (isWakeDue.get() && isWakeDue.compareAndSet(true, false)) {
                eventLoop.execute(NettyLoop::nothing);
            }
        }

        private static void nothing() {}

        @Override
        public boolean inLoop() {
            return eventLoop.inEventLoop();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Timer schedule(Runnable task, long delayNanos) {
            var future = eventLoop.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        }

        @Override
        public ByteBufAllocator alloc() {
            return ByteBufAllocator.DEFAULT;
        }

        @Override
        public String toString() {
            return "Loop[" + eventLoop + "]";
        }
    }
}
