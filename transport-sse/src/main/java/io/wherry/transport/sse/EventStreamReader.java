// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.nio.charset.StandardCharsets;

/**
 * Takes events out of the bytes of an event stream, as the HTML standard says (section 9.2.6): a pure codec without
 * sockets or threads. Not thread-safe.
 *
 * <p>Chunks may be cut anywhere. What is not yet a whole event is kept in arrays of this reader's own, up to the limit.
 */
final class EventStreamReader {

    /** What a field's name and the space after its colon add to a value, at most. */
    private static final int MAX_FIELD_OVERHEAD = 16;

    /** What an array may hold on to between events. */
    private static final int KEPT_CAPACITY = 64 * 1024;

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /** Takes the events. */
    interface Sink {

        /**
         * An event was dispatched by its blank line.
         *
         * @param type its name, {@code message} where it has none
         * @param data its lines, joined by LF; lent for the call
         * @param lastEventId the id of this event, or the last one before it; empty for none
         */
        void event(String type, ByteBuf data, String lastEventId);
    }

    private final int maxData;
    private final Sink sink;
    private final ByteBuf line = Unpooled.buffer(256);
    private final ByteBuf data = Unpooled.buffer(256);
    private int bomSeen;
    private boolean skipLf;
    private boolean inComment;
    private boolean hasData;
    private String type = "";
    private String id = "";
    private String lastEventId = "";
    private long retryMillis = -1;

    /**
     * Makes a reader.
     *
     * @param maxData how many bytes the data of one event may have
     */
    EventStreamReader(int maxData, Sink sink) {
        this.maxData = maxData;
        this.sink = sink;
    }

    /** The id of the last block that was ended by a blank line, with data or without; empty for none. */
    String lastEventId() {
        return lastEventId;
    }

    /** The pause before reconnecting that the stream has asked for, in milliseconds; -1 for none. */
    long retryMillis() {
        return retryMillis;
    }

    /**
     * Reads a chunk to its end.
     *
     * @param in lent
     * @throws WherryException with {@link ErrorCode#TOO_LARGE}; the stream cannot be read further
     */
    void read(ByteBuf in) {
        skipBom(in);
        while (in.isReadable()) {
            if (skipLf) {
                skipLf = false;
                if (in.getByte(in.readerIndex()) == '\n') {
                    in.skipBytes(1);
                    continue;
                }
            }
            int end = in.forEachByte(ByteProcessor.FIND_CRLF);
            if (end < 0) {
                keep(in, in.readableBytes());
                return;
            }
            endLine(in, end - in.readerIndex());
            skipLf = in.readByte() == '\r';
        }
    }

    /** Passes over a byte order mark; one that turns out to be none becomes the begin of the first line. */
    private void skipBom(ByteBuf in) {
        while (bomSeen < BOM.length && in.isReadable()) {
            if (in.getByte(in.readerIndex()) != BOM[bomSeen]) {
                line.writeBytes(BOM, 0, bomSeen);
                bomSeen = BOM.length;
                return;
            }
            in.skipBytes(1);
            bomSeen++;
        }
    }

    private void keep(ByteBuf in, int length) {
        if (inComment || (!line.isReadable() && in.getByte(in.readerIndex()) == ':')) {
            inComment = true;
            in.skipBytes(length);
            return;
        }
        checkSize((long) line.readableBytes() + length - MAX_FIELD_OVERHEAD);
        line.writeBytes(in, length);
    }

    private void endLine(ByteBuf in, int length) {
        if (inComment) {
            inComment = false;
            in.skipBytes(length);
        } else if (line.isReadable()) {
            keep(in, length);
            line(line, line.readableBytes());
            reset(line);
        } else {
            line(in, length);
        }
    }

    private void line(ByteBuf in, int length) {
        int start = in.readerIndex();
        int end = start + length;
        if (length == 0) {
            dispatch();
            return;
        }
        int colon = in.indexOf(start, end, (byte) ':');
        if (colon != start) {
            int nameLength = (colon < 0 ? end : colon) - start;
            int value = colon < 0 ? end : colon + 1;
            if (value < end && in.getByte(value) == ' ') {
                value++;
            }
            field(in, start, nameLength, value, end - value);
        }
        in.readerIndex(end);
    }

    private void field(ByteBuf in, int name, int nameLength, int value, int valueLength) {
        if (is("data", in, name, nameLength)) {
            checkSize((long) data.readableBytes() + valueLength + 1);
            if (hasData) {
                data.writeByte('\n');
            }
            hasData = true;
            data.writeBytes(in, value, valueLength);
        } else if (is("id", in, name, nameLength)) {
            if (in.indexOf(value, value + valueLength, (byte) 0) < 0) {
                id = in.toString(value, valueLength, StandardCharsets.UTF_8);
            }
        } else if (is("event", in, name, nameLength)) {
            type = in.toString(value, valueLength, StandardCharsets.UTF_8);
        } else if (is("retry", in, name, nameLength)) {
            retry(in, value, valueLength);
        }
    }

    private static boolean is(String field, ByteBuf in, int name, int nameLength) {
        if (nameLength != field.length()) {
            return false;
        }
        for (int i = 0; i < nameLength; i++) {
            if (in.getByte(name + i) != field.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void retry(ByteBuf in, int value, int length) {
        if (length == 0 || length > 18) {
            return;
        }
        long millis = 0;
        for (int i = value; i < value + length; i++) {
            int digit = in.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                return;
            }
            millis = millis * 10 + digit;
        }
        retryMillis = millis;
    }

    private void dispatch() {
        lastEventId = id;
        String dispatched = type.isEmpty() ? "message" : type;
        type = "";
        if (hasData) {
            hasData = false;
            sink.event(dispatched, data, lastEventId);
            reset(data);
        }
    }

    private void checkSize(long size) {
        if (size > maxData) {
            throw new WherryException(
                    ErrorCode.TOO_LARGE, "event: over " + maxData + " bytes (expected: at most " + maxData + ")");
        }
    }

    private static void reset(ByteBuf buffer) {
        buffer.clear();
        if (buffer.capacity() > KEPT_CAPACITY) {
            buffer.capacity(KEPT_CAPACITY);
        }
    }
}
