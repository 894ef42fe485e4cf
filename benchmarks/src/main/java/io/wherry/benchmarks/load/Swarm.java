// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a server, all served by one thread. They are connected first, by one other thread, which then calls {@link #start} and the
 * methods that wait; what it waits for is counted by peers, on the swarm's thread.
 */
final class Swarm implements AutoCloseable {

    /** How many connections come from one address of loopback: fewer than there are ports for them. */
    private static final int PER_ADDRESS = 20_000;

    private static final int INPUT_BYTES = 256 * 1024;
    private static final int OUTPUT_BYTES = 1024 * 1024;
    private static final long LONGEST_DELAY = TimeUnit.SECONDS.toNanos(120);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final Selector selector = Selector.open();
    private final Wire.Opener opener;
    private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES);
    private final ByteBuffer output = ByteBuffer.allocateDirect(OUTPUT_BYTES);
    private final SingleWriterRecorder delays = new SingleWriterRecorder(LONGEST_DELAY, 3);
    private final Object changed = new Object();
    private final List<Peer> peers = new ArrayList<>();
    private final List<SelectionKey> keys = new ArrayList<>();
    private volatile long received;
    private volatile long bytes;
    private volatile long awaited = Long.MAX_VALUE;
    private volatile boolean isAsking;
    private volatile int outstanding;
    private volatile @Nullable Begin due;
    private @Nullable Exception failure;

    /** How peers begin to ask. */
    @FunctionalInterface
    interface Begin {

        /** Lets one begin. */
        void begin(Peer peer, Wire wire) throws IOException;
    }

    /** The load generator's end of a connection. Confined to the swarm's thread, from its start on. */
    interface Peer {

        /** Takes all of what has come. */
        void read(ByteBuffer in, Wire wire) throws IOException;
    }

    /** Of connections whose bytes go as they are. */
    Swarm() throws IOException {
        this(Wire::bare);
    }

    /** Of connections of a kind. */
    Swarm(Wire.Opener opener) throws IOException {
        this.opener = opener;
    }

    /** A connection. */
    private record End(Peer peer, Wire wire, SocketChannel socket) {}

    /** Opens one more connection, and runs a handshake on it, of whose answer its peer is made. Before {@link #start}. */
    Wire connect(int port, Handshake handshake, Function<String, Peer> peer) throws IOException {
        SocketChannel socket = SocketChannel.open();
        int address = keys.size() / PER_ADDRESS;
        if (address > 0) {
            socket.bind(new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (1 + address)}), 0));
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Wire wire = opener.open(socket);
        Peer made = peer.apply(handshake.run(wire));
        socket.configureBlocking(false);
        keys.add(socket.register(selector, SelectionKey.OP_READ, new End(made, wire, socket)));
        peers.add(made);
        return wire;
    }

    /** A buffer for what a peer writes, shared by all. For the swarm's thread. */
    ByteBuffer output() {
        return output;
    }

    /** Begins to read. */
    Swarm start() {
        Thread thread = new Thread(this::run, "swarm");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** The peers, in the order of their connections. */
    List<Peer> peers() {
        return peers;
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select();
                askIfDue();
                for (SelectionKey key : selector.selectedKeys()) {
                    read(key);
                }
                selector.selectedKeys().clear();
                if (received >= awaited) {
                    tell(null);
                }
            }
        } catch (ClosedSelectorException e) {
            // Closed by the other thread: the end.
        } catch (IOException | RuntimeException e) {
            tell(e);
        }
    }

    private void askIfDue() throws IOException {
        Begin begin = due;
        if (begin != null) {
            for (SelectionKey key : keys) {
                End end = (End) key.attachment();
                begin.begin(end.peer, end.wire);
            }
            // Only now: who waits for the answers must not see that none is outstanding before the questions.
            due = null;
        }
    }

    /** Lets each peer begin to ask, on the swarm's thread. */
    void ask(Begin begin) {
        isAsking = true;
        due = begin;
        selector.wakeup();
    }

    /** Lets no peer ask any more, and waits until all has been answered. */
    void endAsking() throws IOException, InterruptedException, TimeoutException {
        await(() -> due == null);
        isAsking = false;
        await(() -> outstanding == 0);
    }

    /** Whether an answer is to be followed by a question. */
    boolean isAsking() {
        return isAsking;
    }

    /** Counts questions. Called on the swarm's thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void asked(int count) {
        outstanding += count;
    }

    /** Counts answers. Called on the swarm's thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void answered(int count) {
        outstanding -= count;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    private void read(SelectionKey key) throws IOException {
        input.clear();
        End end = (End) key.attachment();
        int count = end.wire.read(input);
        if (count < 0) {
            throw new EOFException("the server has closed a connection");
        }
        bytes += count;
        if (input.flip().hasRemaining()) {
            end.peer.read(input, end.wire);
        }
    }

    private void tell(@Nullable Exception e) {
        synchronized (changed) {
            awaited = Long.MAX_VALUE;
            failure = failure == null ? e : failure;
            changed.notifyAll();
        }
    }

    /** Counts something that was awaited. Called on the swarm's thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
    void count(long more) {
        received += more;
    }

    /** Counts it, and how late it was. */
    void count(long dueNanos, long nowNanos) {
        delays.recordValue(Math.min(LONGEST_DELAY, Math.max(0, nowNanos - dueNanos)));
        count(1);
    }

    /** How much has been counted since the beginning. */
    long received() {
        return received;
    }

    /** How many bytes have come over the network since the beginning. */
    long bytes() {
        return bytes;
    }

    /** Waits until so much has been counted since the beginning. */
    void await(long total) throws IOException, InterruptedException, TimeoutException {
        synchronized (changed) {
            awaited = total;
            await(() -> received >= total);
            awaited = Long.MAX_VALUE;
        }
    }

    /** Waits until something is so, and looks at it now and then. */
    void await(BooleanSupplier condition) throws IOException, InterruptedException, TimeoutException {
        long end = System.nanoTime() + PATIENCE;
        synchronized (changed) {
            while (!condition.getAsBoolean()) {
                if (failure != null) {
                    throw new IOException("load generator", failure);
                }
                if (System.nanoTime() > end) {
                    throw new TimeoutException("received: " + received + " (expected: more)");
                }
                changed.wait(10);
            }
        }
    }

    /** The delays that were counted since this was asked before. */
    Histogram takeDelays() {
        return delays.getIntervalHistogram();
    }

    /** Lets some connections be read no more, or again. */
    void interest(List<Peer> some, boolean isRead) {
        for (SelectionKey key : keys) {
            if (some.contains(((End) key.attachment()).peer)) {
                key.interestOps(isRead ? SelectionKey.OP_READ : 0);
            }
        }
        selector.wakeup();
    }

    /** Cuts all connections, without a trace in the system. */
    @Override
    public void close() throws IOException {
        selector.close();
        for (SelectionKey key : keys) {
            SocketChannel socket = ((End) key.attachment()).socket;
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        }
    }
}
