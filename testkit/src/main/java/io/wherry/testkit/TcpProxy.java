// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A TCP proxy on the loopback address in front of a server, which cuts, refuses, stalls and counts on demand. Thread-safe.
 *
 * <p>It has a thread that accepts and two for each connection; they end with {@link #close()}.
 */
public final class TcpProxy implements AutoCloseable {

    /** Which way bytes go. */
    public enum Direction {
        /** From the client to the server. */
        UP,
        /** From the server to the client. */
        DOWN
    }

    private static final int BUFFER_SIZE = 16 << 10;
    private static final int JOIN_MILLIS = 5_000;

    private final int targetPort;
    private final ServerSocket listening;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Thread acceptor;
    private final List<Thread> pumps = new CopyOnWriteArrayList<>();
    private final Map<Direction, Gate> gates = new EnumMap<>(Direction.class);
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile boolean refusing;
    private volatile boolean closed;

    private TcpProxy(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        for (Direction direction : Direction.values()) {
            gates.put(direction, new Gate());
        }
        this.acceptor = thread("accept", this::accept);
    }

    /** Starts a proxy in front of a port of the loopback address. */
    public static TcpProxy start(int targetPort) {
        try {
            TcpProxy proxy = new TcpProxy(targetPort);
            proxy.acceptor.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port that the proxy listens on. */
    public int port() {
        return listening.getLocalPort();
    }

    /** An address of the server, led through the proxy. */
    public URI front(URI uri) {
        return URI.create(uri.toString().replaceFirst(":" + targetPort + "(?=/|$)", ":" + port()));
    }

    /** Resets all connections that live now; bytes on their way are lost. */
    public void cut() {
        links.forEach(Link::reset);
    }

    /** Says whether new connections are reset as soon as they come. */
    public void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** Lets nothing pass one way, on all connections, until {@link #resume}; the bytes wait. */
    public void stall(Direction direction) {
        gate(direction).open(false);
    }

    /** Lets bytes pass one way again. */
    public void resume(Direction direction) {
        gate(direction).open(true);
    }

    /** Resets all connections as soon as so many more bytes have gone one way: in the middle of whatever they are. */
    public void cutAfter(Direction direction, long bytes) {
        gate(direction).budget.set(bytes);
    }

    /** How many connections live. */
    public int connections() {
        return links.size();
    }

    /** How many connections there have been, the refused ones too. */
    public int accepted() {
        return accepted.get();
    }

    /** How many bytes have gone one way. */
    public long bytes(Direction direction) {
        return gate(direction).passed.get();
    }

    /** Resets all connections and stops to listen; waits until the threads have ended. */
    @Override
    public void close() {
        closed = true;
        closeQuietly(listening);
        gates.values().forEach(gate -> gate.open(true));
        try {
            acceptor.join(JOIN_MILLIS);
            cut();
            for (Thread pump : pumps) {
                pump.join(JOIN_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Gate gate(Direction direction) {
        Gate gate = gates.get(direction);
        if (gate == null) {
            throw new IllegalArgumentException("direction: " + direction);
        }
        return gate;
    }

    private Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, "tcp-proxy-" + port() + "-" + name);
        thread.setDaemon(true);
        return thread;
    }

    private void startPump(String name, Runnable task) {
        Thread pump = thread(name, task);
        pumps.removeIf(other -> !other.isAlive());
        pump.start();
        pumps.add(pump);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listening.accept();
                accepted.incrementAndGet();
                if (refusing || closed) {
                    reset(client);
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                if (!closed && listening.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        // Known before the server sees it, so that a cut reaches every connection that either side knows of.
        Link link = new Link(client, server);
        links.add(link);
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
        } catch (IOException e) {
            link.reset();
            return;
        }
        startPump("up", () -> link.pump(client, server, gate(Direction.UP)));
        startPump("down", () -> link.pump(server, client, gate(Direction.DOWN)));
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // closed already
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // closed already
        }
    }

    /** A client's connection and the one to the server that belongs to it. */
    private final class Link {

        private final Socket client;
        private final Socket server;
        private final AtomicInteger openDirections = new AtomicInteger(2);

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void reset() {
            TcpProxy.reset(client);
            TcpProxy.reset(server);
            links.remove(this);
        }

        void pump(Socket from, Socket to, Gate gate) {
            byte[] buffer = new byte[BUFFER_SIZE];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    gate.await();
                    long left = gate.spend(count);
                    out.write(buffer, 0, (int) Math.min(left, count));
                    if (left <= count) {
                        cut();
                        return;
                    }
                }
                to.shutdownOutput();
                if (openDirections.decrementAndGet() == 0) {
                    closeQuietly(client);
                    closeQuietly(server);
                    links.remove(this);
                }
            } catch (IOException e) {
                reset();
            }
        }
    }

    /** Where the bytes of one direction pass. Thread-safe; the lock guards {@code open}. */
    private static final class Gate {

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition opened = lock.newCondition();
        private final AtomicLong passed = new AtomicLong();
        private final AtomicLong budget = new AtomicLong(Long.MAX_VALUE);
        private boolean open = true;

        void open(boolean nowOpen) {
            lock.lock();
            try {
                open = nowOpen;
                opened.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void await() {
            lock.lock();
            try {
                while (!open) {
                    opened.awaitUninterruptibly();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Lets bytes pass, as far as there are any left before the next cut; returns how many were left. */
        long spend(int wanted) {
            long left = budget.getAndUpdate(
                    before -> before == Long.MAX_VALUE || before <= wanted ? Long.MAX_VALUE : before - wanted);
            passed.addAndGet(Math.min(left, wanted));
            return left;
        }
    }
}
