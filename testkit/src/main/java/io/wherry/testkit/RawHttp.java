// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A client of HTTP/1.1 that shows what is on the wire: it sends what it is told, and reads bodies as they come, however long
 * they go on. It shares no code with what it tests. Not thread-safe; reading fails after 15 s without a byte.
 */
public final class RawHttp implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 15_000;
    private static final int QUIET_MILLIS = 50;

    private final Socket socket;
    private final InputStream in;
    /** Bytes left of the chunk or body; in chunked coding 0 at the begin of a chunk. */
    private long left;

    private boolean chunked;
    private boolean ended;

    /** Connects to a port of the loopback address. */
    public RawHttp(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The head of a response.
     *
     * @param status the status code
     * @param headers the headers, names in lower case; several of one name are joined by commas
     */
    public record Head(int status, Map<String, String> headers) {

        /** A header by its name in lower case; empty when there is none. */
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /** Sends text as it is. */
    public RawHttp send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a GET. */
    public RawHttp get(String target, String... headers) {
        return request("GET", target, headers);
    }

    /** Sends a request without a body. */
    public RawHttp request(String method, String target, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return send(head.append("\r\n").toString());
    }

    /** Reads the head of a response; its body is what is read next. */
    public Head readHead() {
        String[] status = readLine().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (one, other) -> one + "," + other);
        }
        Head head = new Head(Integer.parseInt(status[1]), headers);
        boolean bodiless = head.status == 204 || head.status == 304 || head.status < 200;
        chunked = head.header("transfer-encoding").equals("chunked");
        String length = head.header("content-length");
        left = chunked || bodiless ? 0 : length.isEmpty() ? Long.MAX_VALUE : Long.parseLong(length);
        ended = !chunked && left == 0;
        return head;
    }

    /** Reads on in a body up to the end of a text, which must come. */
    public String readUpTo(String text) {
        String read = readUpToOrEnd(text);
        if (!read.endsWith(text)) {
            throw new AssertionError("ended before " + text + ": " + read);
        }
        return read;
    }

    /** Reads on in a body up to the end of a text, or to the end of the body. */
    public String readUpToOrEnd(String text) {
        ByteBuf end = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        int length = end.readableBytes();
        ByteBuf read = Unpooled.buffer();
        for (int b = readByte(); b >= 0; b = readByte()) {
            read.writeByte(b);
            if (read.readableBytes() >= length
                    && ByteBufUtil.equals(read, read.writerIndex() - length, end, 0, length)) {
                break;
            }
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /** Reads the rest of a body. */
    public String readToEnd() {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        for (int b = readByte(); b >= 0; b = readByte()) {
            read.write(b);
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /** Whether the server has closed the connection, which this waits for; anything that comes before is a failure. */
    public boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next byte as it is on the wire, -1 at the end of the connection. */
    public int readRaw() {
        return read();
    }

    /** Whether nothing comes for a moment. */
    public boolean isQuiet() {
        try {
            socket.setSoTimeout(QUIET_MILLIS);
            in.mark(1);
            in.read();
            in.reset();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            restoreTimeout();
        }
    }

    private void restoreTimeout() {
        try {
            socket.setSoTimeout(TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next byte of the body, -1 at its end. */
    private int readByte() {
        if (ended) {
            return -1;
        }
        if (chunked && left == 0) {
            left = Long.parseLong(readLine(), 16);
            if (left == 0) {
                ended = true;
                readLine();
                return -1;
            }
        }
        int b = read();
        left--;
        if (b < 0 && (chunked || left < Long.MAX_VALUE / 2)) {
            throw new UncheckedIOException(new EOFException("closed within a body"));
        }
        if (chunked && left == 0) {
            readLine();
        }
        ended = b < 0 || (!chunked && left == 0);
        return b;
    }

    private String readLine() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = read();
        while (b != '\n') {
            if (b < 0) {
                throw new UncheckedIOException(new EOFException("closed within a line: " + line));
            }
            line.write(b);
            b = read();
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    private int read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes the connection. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
