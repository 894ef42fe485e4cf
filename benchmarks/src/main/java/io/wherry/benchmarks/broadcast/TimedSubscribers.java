// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * WebSocket subscribers that measure how late messages come, all on one thread; the first of them can be frozen: they do not read
 * any more, until they are thawed. Other methods are called by one other thread.
 */
final class TimedSubscribers implements AutoCloseable {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

    private final Selector selector = Selector.open();
    private final Set<SelectionKey> freezable = new HashSet<>();
    private final List<SelectionKey> others = new ArrayList<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(256 * 1024);
    private final Object arrived = new Object();
    private Histogram delays = newHistogram();
    private long received;
    private @Nullable IOException failure;

    /** Connects to a server on loopback, and begins to measure. */
    TimedSubscribers(int port, int count, int freezableCount) throws IOException {
        for (int i = 0; i < count; i++) {
            boolean canFreeze = i < freezableCount;
            SocketChannel socket = Subscribers.open(port, canFreeze ? "topic=t&topic=f" : "topic=t", false);
            socket.configureBlocking(false);
            (canFreeze ? freezable : others).add(socket.register(selector, SelectionKey.OP_READ, new TimedFrames()));
        }
        Thread thread = new Thread(this::run, "timed-subscribers-" + port);
        thread.setDaemon(true);
        thread.start();
    }

    private static Histogram newHistogram() {
        return new Histogram(LONGEST, 3);
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    read(key);
                }
                selector.selectedKeys().clear();
            }
        } catch (ClosedSelectorException e) {
            // Closed by the other thread: the end.
        } catch (IOException e) {
            synchronized (arrived) {
                failure = e;
                arrived.notifyAll();
            }
        }
    }

    private void read(SelectionKey key) throws IOException {
        input.clear();
        if (((SocketChannel) key.channel()).read(input) < 0) {
            throw new EOFException("the server has closed a connection");
        }
        long now = System.nanoTime();
        boolean isMeasured = !freezable.contains(key);
        synchronized (arrived) {
            ((TimedFrames) key.attachment()).take(input.flip(), due -> {
                if (isMeasured) {
                    delays.recordValue(Math.min(LONGEST, Math.max(0, now - due)));
                    received++;
                }
            });
            arrived.notifyAll();
        }
    }

    /** Lets the first subscribers read no more. */
    void freeze() {
        freezable.forEach(key -> key.interestOps(0));
        selector.wakeup();
    }

    /** Lets all read again, and waits until the first have what the others have. */
    void thaw() throws InterruptedException, IOException, TimeoutException {
        freezable.forEach(key -> key.interestOps(SelectionKey.OP_READ));
        selector.wakeup();
        await(() -> freezable.stream()
                .allMatch(key -> frames(key).lastDue() >= frames(others.get(0)).lastDue()));
    }

    /** Waits until those that cannot be frozen have so many messages, all together, since they were asked for their delays. */
    void await(long count) throws InterruptedException, IOException, TimeoutException {
        await(() -> received >= count);
    }

    private void await(BooleanSupplier condition) throws InterruptedException, IOException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        synchronized (arrived) {
            while (!condition.getAsBoolean()) {
                if (failure != null) {
                    throw new IOException("subscribers", failure);
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new TimeoutException("received: " + received + " (expected: more)");
                }
                arrived.wait(left);
            }
        }
    }

    /** The delays of those that cannot be frozen since this was asked before; begins to count anew. */
    Histogram takeDelays() {
        synchronized (arrived) {
            Histogram taken = delays;
            delays = newHistogram();
            received = 0;
            return taken;
        }
    }

    /** The bytes that the first subscribers have received. */
    long bytesOfFreezable() {
        synchronized (arrived) {
            return freezable.stream().mapToLong(key -> frames(key).bytes()).sum();
        }
    }

    private static TimedFrames frames(SelectionKey key) {
        return (TimedFrames) key.attachment();
    }

    @Override
    public void close() throws IOException {
        List<SelectionKey> keys = List.copyOf(selector.keys());
        selector.close();
        for (SelectionKey key : keys) {
            key.channel().close();
        }
    }
}
