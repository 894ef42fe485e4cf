// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * WebSocket subscribers that count what they get and say nothing, all on one thread. {@link #await} may be called by another thread.
 */
final class Subscribers implements AutoCloseable {

    private static final String END_OF_HEADERS = "\r\n\r\n";

    private final Selector selector = Selector.open();
    private final List<FrameCounter> counters = new ArrayList<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(256 * 1024);
    private final Object arrived = new Object();
    private long received;
    private @Nullable IOException failure;

    /** Connects to a server on loopback, and begins to count. */
    Subscribers(int port, int count, boolean isChannel) throws IOException {
        for (int i = 0; i < count; i++) {
            connect(port, isChannel);
        }
        Thread thread = new Thread(this::run, "subscribers-" + port);
        thread.setDaemon(true);
        thread.start();
    }

    private void connect(int port, boolean isChannel) throws IOException {
        SocketChannel socket = open(port, "topic=t", isChannel);
        FrameCounter counter = new FrameCounter();
        counters.add(counter);
        socket.configureBlocking(false);
        socket.register(selector, SelectionKey.OP_READ, counter);
    }

    /** Opens a WebSocket on loopback. */
    static SocketChannel open(int port, String query, boolean isChannel) throws IOException {
        SocketChannel socket = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        String request = "GET /wherry/websocket?" + query + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + (isChannel ? "Sec-WebSocket-Protocol: wherry.v1\r\n" : "") + "\r\n";
        ByteBuffer out = StandardCharsets.US_ASCII.encode(request);
        while (out.hasRemaining()) {
            socket.write(out);
        }
        readResponse(socket);
        return socket;
    }

    /** Reads up to the end of the headers, a byte at a time: what follows are frames. */
    private static void readResponse(SocketChannel socket) throws IOException {
        StringBuilder response = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (response.indexOf(END_OF_HEADERS) < 0) {
            one.clear();
            if (socket.read(one) < 0) {
                throw new EOFException("closed after " + response);
            }
            response.append((char) one.get(0));
        }
        if (!response.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("no WebSocket: " + response);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select();
                int count = 0;
                for (SelectionKey key : selector.selectedKeys()) {
                    count += read(key);
                }
                selector.selectedKeys().clear();
                add(count);
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

    private int read(SelectionKey key) throws IOException {
        input.clear();
        if (((SocketChannel) key.channel()).read(input) < 0) {
            throw new EOFException("the server has closed a connection");
        }
        return ((FrameCounter) key.attachment()).take(input.flip());
    }

    private void add(int count) {
        synchronized (arrived) {
            received += count;
            arrived.notifyAll();
        }
    }

    /** Waits until all subscribers together have received so many messages, since the beginning. */
    void await(long total) throws IOException, InterruptedException, TimeoutException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        synchronized (arrived) {
            while (received < total) {
                if (failure != null) {
                    throw new IOException("subscribers", failure);
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new TimeoutException("received: " + received + " (expected: " + total + ")");
                }
                arrived.wait(left);
            }
        }
    }

    /** Checks, while nothing is on its way, that each has received exactly so many messages. */
    void check(long each) {
        for (FrameCounter counter : counters) {
            if (counter.frames() != each) {
                throw new IllegalStateException(
                        "a subscriber has received " + counter.frames() + " messages (expected: " + each + ")");
            }
        }
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
