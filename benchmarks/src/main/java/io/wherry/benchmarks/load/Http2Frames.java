// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The load generator's end of a connection of HTTP/2 (RFC 9113), in clear and by prior knowledge: cuts what comes into frames, and writes the few that a load
 * needs. Its windows are as large as can be, and not opened again. Used by one thread.
 */
final class Http2Frames {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int HEAD_BYTES = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int WINDOW = Integer.MAX_VALUE;
    private static final int FIRST_WINDOW = 65_535;
    private static final int MAX_PREFIX = 127;

    private final byte[] head = new byte[HEAD_BYTES];
    private final byte[] payload = new byte[1 << 14];
    private final ByteBuffer replies = ByteBuffer.allocate(1 << 12);
    private int headLength;
    private int length;
    private int left;

    /** Who is told of frames. */
    interface Taker {

        /** The head of an answer has come; its fields are compressed. */
        void head(int stream, byte[] block, int length, boolean isLast);

        /** Some more of an answer's content has come: what remains in a buffer. */
        void data(int stream, ByteBuffer in, boolean isLast);
    }

    /** What a connection begins with: the preface, and requests on its first streams. */
    static byte[] open(List<String> targets) {
        ByteBuffer out = ByteBuffer.allocate(1 << 16);
        out.put(PREFACE.getBytes(StandardCharsets.US_ASCII));
        head(out, 6, SETTINGS, 0, 0).putShort((short) INITIAL_WINDOW_SIZE).putInt(WINDOW);
        head(out, 4, WINDOW_UPDATE, 0, 0).putInt(WINDOW - FIRST_WINDOW);
        for (int i = 0; i < targets.size(); i++) {
            get(out, 2 * i + 1, targets.get(i), "");
        }
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /**
     * Writes a request.
     *
     * @param tag the entity tag that it has, empty for none
     */
    static void get(ByteBuffer out, int stream, String target, String tag) {
        int begin = out.position();
        head(out, 0, HEADERS, END_STREAM | END_HEADERS, stream);
        out.put((byte) 0x82).put((byte) 0x86); // GET, http
        string(out.put((byte) 0x01), "127.0.0.1");
        string(out.put((byte) 0x04), target);
        if (!tag.isEmpty()) {
            string(string(out.put((byte) 0x00), "if-none-match"), tag);
        }
        int size = out.position() - begin - HEAD_BYTES;
        out.put(begin + 1, (byte) (size >>> 8)).put(begin + 2, (byte) size);
    }

    private static ByteBuffer head(ByteBuffer out, int length, int type, int flags, int stream) {
        return out.put((byte) 0)
                .putShort((short) length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream);
    }

    /** A string as it is (RFC 7541, section 5.2). */
    private static ByteBuffer string(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length < MAX_PREFIX) {
            out.put((byte) bytes.length);
        } else if (bytes.length < MAX_PREFIX + 128) {
            out.put((byte) MAX_PREFIX).put((byte) (bytes.length - MAX_PREFIX));
        } else {
            throw new IllegalArgumentException("field: " + text + " (expected: a shorter one)");
        }
        return out.put(bytes);
    }

    /** Takes all bytes of a buffer. */
    void take(ByteBuffer in, Taker taker) {
        while (in.hasRemaining()) {
            if (headLength < HEAD_BYTES) {
                head[headLength++] = in.get();
                if (headLength < HEAD_BYTES) {
                    continue;
                }
                length = number(0) >>> 8;
                left = length;
            }
            int part = Math.min(left, in.remaining());
            left -= part;
            if (head[3] == DATA) {
                int limit = in.limit();
                int end = in.position() + part;
                taker.data(stream(), in.limit(end), left == 0 && (head[4] & END_STREAM) != 0);
                in.limit(limit).position(end);
            } else {
                in.get(payload, length - left - part, part);
                if (left == 0) {
                    control(taker);
                }
            }
            if (left == 0) {
                headLength = 0;
            }
        }
    }

    private int number(int at) {
        return ByteBuffer.wrap(head).getInt(at);
    }

    private int stream() {
        return number(5) & Integer.MAX_VALUE;
    }

    private void control(Taker taker) {
        switch (head[3]) {
            case HEADERS -> taker.head(stream(), payload, length, (head[4] & END_STREAM) != 0);
            case SETTINGS, PING -> {
                if ((head[4] & ACK) == 0) {
                    int size = head[3] == PING ? length : 0;
                    head(replies, size, head[3], ACK, 0).put(payload, 0, size);
                }
            }
            case RST_STREAM, GOAWAY ->
                throw new IllegalStateException("frame: type " + head[3] + ", code " + payload[length - 1]);
            default -> {}
        }
    }

    /** Writes what the server is to be answered, to a buffer. */
    void replies(ByteBuffer out) {
        out.put(replies.flip());
        replies.clear();
    }

    /** Writes what the server is to be answered, to the server. */
    void replies(Wire wire) throws IOException {
        if (replies.position() > 0) {
            wire.write(replies.flip());
            replies.clear();
        }
    }
}
