// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that writes bytes as a test says, and reads responses by the letter of RFC 9112. */
final class RawClient implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawClient(int port) {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes text, with LF as CRLF. */
    RawClient send(String text) {
        return sendBytes(text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient sendBytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A GET of HTTP/1.1. */
    RawClient get(String target, String... headers) {
        return request("GET", target, headers);
    }

    RawClient request(String method, String target, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\nHost: localhost\n");
        for (String header : headers) {
            head.append(header).append('\n');
        }
        return send(head.append('\n').toString());
    }

    RawClient post(String target, String body, String... headers) {
        List<String> all = new ArrayList<>(List.of(headers));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        all.add("Content-Length: " + bytes.length);
        return request("POST", target, all.toArray(String[]::new)).sendBytes(bytes);
    }

    /** A response. */
    record Response(int status, Map<String, String> headers, String body) {

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** Reads a response to a GET or POST, with its body. */
    Response read() {
        Response head = readHead();
        if (head.status == 204 || head.status == 304 || head.status < 200) {
            return head;
        }
        if (head.header("transfer-encoding").equals("chunked")) {
            StringBuilder body = new StringBuilder();
            String chunk = readChunk();
            while (!chunk.isEmpty()) {
                body.append(chunk);
                chunk = readChunk();
            }
            return new Response(head.status, head.headers, body.toString());
        }
        String length = head.header("content-length");
        return new Response(
                head.status, head.headers, length.isEmpty() ? readToEnd() : readText(Integer.parseInt(length)));
    }

    /** Reads a status line and headers. */
    Response readHead() {
        String status = readLine();
        if (!status.startsWith("HTTP/1.1 ")) {
            throw new AssertionError("no status line: " + status);
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim(),
                    (a, b) -> a + "|" + b);
        }
        return new Response(Integer.parseInt(status.substring(9, 12)), headers, "");
    }

    /** Reads a chunk; the last one is empty. */
    String readChunk() {
        int length = Integer.parseInt(readLine(), 16);
        String content = readText(length);
        if (!readLine().isEmpty()) {
            throw new AssertionError("no CRLF after a chunk of " + length);
        }
        return content;
    }

    String readText(int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new AssertionError("closed after " + bytes.length + " of " + length + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String readToEnd() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of the connection, and fails when anything comes before it. */
    void expectEnd() {
        String rest = readToEnd();
        if (!rest.isEmpty()) {
            throw new AssertionError("came before the end: " + rest);
        }
    }

    private String readLine() {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int b = in.read();
            while (b != '\n') {
                if (b < 0) {
                    throw new AssertionError("closed within a line: " + line.toString(StandardCharsets.UTF_8));
                }
                if (b != '\r') {
                    line.write(b);
                }
                b = in.read();
            }
            return line.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
