// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that writes bytes and reads frames; knows nothing of Netty's handlers and ours. */
final class RawSocket implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 15_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** A frame as it came, unmasked. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int firstByte, byte[] payload) {

        int opcode() {
            return firstByte & 0xf;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        /** A close frame's code. */
        int code() {
            return (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
        }

        @Override
        public String toString() {
            return Integer.toHexString(firstByte) + " " + text();
        }
    }

    RawSocket(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            out = socket.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request that asks for an upgrade; more header lines, each with its CRLF, may follow. */
    static String upgrade(String query, String... headers) {
        return "GET /wherry/websocket" + query + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n") + "\r\n";
    }

    /** Opens a WebSocket as a plain reader. */
    static RawSocket plain(int port, String query) {
        RawSocket raw = new RawSocket(port).write(upgrade(query));
        raw.readUpgraded();
        return raw;
    }

    /** Opens a WebSocket that speaks {@code wherry.v1}. */
    static RawSocket channel(int port, String query) {
        RawSocket raw = new RawSocket(port).write(upgrade(query, "Sec-WebSocket-Protocol: wherry.v1"));
        raw.readUpgraded();
        return raw;
    }

    String readUpgraded() {
        String head = readHead();
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(head + readToEnd());
        }
        return head;
    }

    RawSocket write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    RawSocket write(ByteBuf bytes) {
        return write(ByteBufUtil.getBytes(bytes));
    }

    RawSocket write(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything up to the empty line, in lower-case header names. */
    String readHead() {
        try {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            int matched = 0;
            while (matched < 4) {
                int b = in.readUnsignedByte();
                head.write(b);
                matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
            }
            return head.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Frame readFrame() {
        try {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            if (length > 127) {
                throw new AssertionError("a masked frame from a server");
            }
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = Math.toIntExact(in.readLong());
            }
            byte[] payload = new byte[length];
            in.readFully(payload);
            return new Frame(first, payload);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What comes up to the end of the socket; fails when it does not end. */
    String readToEnd() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
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
