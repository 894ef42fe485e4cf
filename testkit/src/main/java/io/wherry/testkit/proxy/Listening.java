// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The port of a proxy, which is kept while nobody listens there. Thread-safe.
 *
 * <p>A connection is refused by the system where nobody listens, and left without an answer (on Linux) where the queue of
 * those that wait to be accepted is full: it is filled with connections of our own.
 */
final class Listening {

    /** How many connections wait to be accepted. */
    static final int BACKLOG = 256;

    private static final int FULL_AFTER_MILLIS = 100;
    private static final int ATTEMPTS = 1000;

    private final ServerBootstrap bootstrap;
    /** Bound beside the listening socket, so that nobody else takes the port while there is none. */
    private final Socket keeper = new Socket();

    private final List<Fault> refusing = new CopyOnWriteArrayList<>();
    private final List<Fault> ignoring = new CopyOnWriteArrayList<>();
    private final List<Socket> fillers = new ArrayList<>();
    private final Set<SocketAddress> fillerAddresses = ConcurrentHashMap.newKeySet();
    private @Nullable Channel listener;

    Listening(ServerBootstrap bootstrap) {
        this.bootstrap = bootstrap;
    }

    int port() {
        return keeper.getLocalPort();
    }

    void start() {
        try {
            keeper.setReuseAddress(true);
            keeper.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        update();
    }

    void refuse(Fault fault) {
        refusing.add(fault);
        update();
    }

    void ignore(Fault fault) {
        ignoring.add(fault);
        update();
    }

    /** Whether a connection that came is one of those that only fill the queue. */
    boolean isFiller(SocketAddress address) {
        return fillerAddresses.remove(address);
    }

    /** Does what the faults that are on now ask for. */
    synchronized void update() {
        if (keeper.isClosed()) {
            return;
        }
        boolean ignores = ignoring.stream().anyMatch(Fault::isOn);
        boolean refuses = !ignores && refusing.stream().anyMatch(Fault::isOn);
        if (refuses) {
            stop();
        } else if (listener == null) {
            listener = bootstrap
                    .bind(keeper.getLocalSocketAddress())
                    .syncUninterruptibly()
                    .channel();
        }
        if (ignores && fillers.isEmpty()) {
            fill();
        } else if (!ignores && !fillers.isEmpty()) {
            drain();
        }
    }

    private void stop() {
        Channel current = listener;
        if (current == null) {
            return;
        }
        listener = null;
        current.close().syncUninterruptibly();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (Socket probe = new Socket()) {
                probe.connect(keeper.getLocalSocketAddress());
            } catch (ConnectException e) {
                return;
            } catch (IOException e) {
                // the listening socket is just going
            }
        }
        throw new IllegalStateException("port " + port() + " still listens");
    }

    private void fill() {
        Channel current = listener;
        if (current != null) {
            current.config().setAutoRead(false);
        }
        try {
            while (fillers.size() <= 4 * BACKLOG) {
                Socket filler = new Socket();
                filler.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                fillerAddresses.add(filler.getLocalSocketAddress());
                fillers.add(filler);
                filler.connect(keeper.getLocalSocketAddress(), FULL_AFTER_MILLIS);
            }
            throw new IllegalStateException("port " + port() + " accepts more connections than its queue holds");
        } catch (IOException e) {
            // full: the last one has not come in
            fillerAddresses.remove(fillers.get(fillers.size() - 1).getLocalSocketAddress());
        }
    }

    private void drain() {
        for (Socket filler : fillers) {
            closeQuietly(filler);
        }
        fillers.clear();
        Channel current = listener;
        if (current != null) {
            current.config().setAutoRead(true);
        }
    }

    synchronized void close() {
        Channel current = listener;
        listener = null;
        if (current != null) {
            current.close().syncUninterruptibly();
        }
        for (Socket filler : fillers) {
            closeQuietly(filler);
        }
        closeQuietly(keeper);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // closed already
        }
    }
}
