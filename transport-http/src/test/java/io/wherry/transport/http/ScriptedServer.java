// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A server that reads requests and writes whatever bytes a test says. */
final class ScriptedServer implements AutoCloseable {

    private final ServerSocket listening;
    private final BlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
    private final List<Peer> all = new ArrayList<>();

    ScriptedServer() {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread acceptor = new Thread(this::accept, "scripted-server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept() {
        try {
            while (true) {
                Peer peer = new Peer(listening.accept());
                synchronized (all) {
                    all.add(peer);
                }
                accepted.add(peer);
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort() + path);
    }

    /** The next connection. */
    Peer next() {
        return Await.next(accepted);
    }

    /** How many connections have come that nobody took. */
    int waiting() {
        return accepted.size();
    }

    @Override
    public void close() {
        try {
            listening.close();
            synchronized (all) {
                all.forEach(Peer::close);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request as it was read. */
    record Request(String line, String head, String body) {}

    /** One connection. */
    static final class Peer implements AutoCloseable {

        private final Socket socket;

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(15_000);
            socket.setTcpNoDelay(true);
        }

        /** Reads a request with its body. */
        Request read() {
            String head = readHead();
            String lower = head.toLowerCase(Locale.ROOT);
            int at = lower.indexOf("content-length:");
            int length = at < 0
                    ? 0
                    : Integer.parseInt(
                            lower.substring(at + 15, lower.indexOf("\r\n", at)).trim());
            try {
                byte[] body = socket.getInputStream().readNBytes(length);
                return new Request(
                        head.substring(0, head.indexOf("\r\n")), head, new String(body, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String readHead() {
            try {
                InputStream in = socket.getInputStream();
                ByteArrayOutputStream head = new ByteArrayOutputStream();
                while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                    int b = in.read();
                    if (b < 0) {
                        throw new AssertionError("closed within a head: " + head);
                    }
                    head.write(b);
                }
                return head.toString(StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Writes text, with LF as CRLF. */
        Peer send(String text) {
            return sendBytes(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        }

        Peer sendBytes(byte[] bytes) {
            try {
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Answers 200 with a body as it is. */
        Peer answer(String body) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return send("HTTP/1.1 200 OK\nContent-Length: " + bytes.length + "\n\n")
                    .sendBytes(bytes);
        }

        /** Waits until the client has closed. */
        void expectEnd() {
            try {
                int b = socket.getInputStream().read();
                if (b >= 0) {
                    throw new AssertionError("came before the end: " + (char) b);
                }
            } catch (IOException e) {
                // A reset is an end.
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
