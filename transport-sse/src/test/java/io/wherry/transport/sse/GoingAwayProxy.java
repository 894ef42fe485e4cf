// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy in front of a server of HTTP/2 without TLS, which goes away on demand: it leads no new streams on, and says so to the
 * client by GOAWAY when some have come. Streams that were there before go on. Thread-safe.
 */
final class GoingAwayProxy implements AutoCloseable {

    private static final int PREFACE_LENGTH = 24;
    private static final int HEAD_LENGTH = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;

    private final ServerSocket listening;
    private final int target;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();

    GoingAwayProxy(int target) {
        this.target = target;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(() -> {
            while (true) {
                Link link = new Link(listening.accept());
                accepted.incrementAndGet();
                links.add(link);
                run(link::up);
                run(link::down);
            }
        });
    }

    /** What a thread does. */
    private interface Work {
        void run() throws IOException;
    }

    private static void run(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // One side has closed.
                    }
                },
                "going-away-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/wherry");
    }

    /** How many connections have come. */
    int accepted() {
        return accepted.get();
    }

    /** Has all connections that take new streams go away, when so many that are not led on have come on one. */
    void goAway(int after) {
        links.forEach(link -> link.goAway(after));
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.forEach(Link::close);
    }

    /** One connection. */
    private final class Link {

        private final Socket client;
        private final Socket server;
        private int lastStream;
        private int toSwallow;

        Link(Socket client) throws IOException {
            this.client = client;
            this.server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        synchronized void goAway(int after) {
            if (toSwallow == 0) {
                toSwallow = after;
            }
        }

        /** What the client sends, frame by frame. */
        void up() throws IOException {
            DataInputStream in = new DataInputStream(client.getInputStream());
            OutputStream out = server.getOutputStream();
            try {
                out.write(in.readNBytes(PREFACE_LENGTH));
                while (true) {
                    byte[] frame = readFrame(in);
                    if (leads(frame)) {
                        out.write(frame);
                    }
                }
            } finally {
                close();
            }
        }

        private synchronized boolean leads(byte[] frame) throws IOException {
            int type = frame[3];
            int stream = ByteBuffer.wrap(frame).getInt(5);
            boolean isOfStream = type == DATA || type == HEADERS || type == RST_STREAM || type == WINDOW_UPDATE;
            if (!isOfStream || stream <= lastStream) {
                return true;
            }
            if (toSwallow == 0) {
                lastStream = stream;
                return true;
            }
            if (type == HEADERS && toSwallow > 0) {
                toSwallow--;
                if (toSwallow == 0) {
                    toSwallow = -1;
                    client.getOutputStream()
                            .write(ByteBuffer.allocate(HEAD_LENGTH + 8)
                                    .put(new byte[] {0, 0, 8, GOAWAY, 0, 0, 0, 0, 0})
                                    .putInt(lastStream)
                                    .putInt(0)
                                    .array());
                }
            }
            return false;
        }

        void down() throws IOException {
            DataInputStream in = new DataInputStream(server.getInputStream());
            try {
                while (true) {
                    byte[] frame = readFrame(in);
                    synchronized (this) {
                        client.getOutputStream().write(frame);
                    }
                }
            } finally {
                close();
            }
        }

        private static byte[] readFrame(DataInputStream in) throws IOException {
            byte[] head = new byte[HEAD_LENGTH];
            in.readFully(head);
            int length = ByteBuffer.wrap(head).getInt() >>> 8;
            byte[] frame = new byte[HEAD_LENGTH + length];
            System.arraycopy(head, 0, frame, 0, HEAD_LENGTH);
            in.readFully(frame, HEAD_LENGTH, length);
            return frame;
        }

        void close() {
            try (client;
                    server) {
                links.remove(this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
