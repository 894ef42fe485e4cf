// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server to look at a proxy with: {@code /echo} answers with the body, {@code /pieces} streams what {@link #pieces} gets,
 * {@code /wait} answers with what it gets. Thread-safe.
 */
final class TinyServer implements AutoCloseable {

    /** The end of a stream. */
    static final String END = "";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    final BlockingQueue<String> pieces = new LinkedBlockingQueue<>();

    TinyServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/echo", this::echo);
        server.createContext("/pieces", this::stream);
        server.createContext("/wait", this::await);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private String see(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String upgrade = exchange.getRequestHeaders().getFirst("Upgrade");
        seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + (body.isEmpty() ? "" : " " + body)
                + (upgrade == null ? "" : " upgrade " + upgrade));
        return body;
    }

    private void echo(HttpExchange exchange) throws IOException {
        byte[] body = see(exchange).getBytes(UTF_8);
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void stream(HttpExchange exchange) throws IOException {
        see(exchange);
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.flush();
            for (String piece = take(); !piece.equals(END); piece = take()) {
                out.write(piece.getBytes(UTF_8));
                out.flush();
            }
        }
        exchange.close();
    }

    private void await(HttpExchange exchange) throws IOException {
        see(exchange);
        byte[] body = take().getBytes(UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String take() throws IOException {
        try {
            return pieces.take();
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
