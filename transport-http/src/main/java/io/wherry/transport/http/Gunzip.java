// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Takes the content out of a gzip stream (RFC 1952), cut anywhere, piece by piece as it is wanted: nothing is inflated ahead. Not
 * thread-safe; must be closed.
 *
 * <p>A stream may bring much more than it is long: over a limit, counted from what {@link #useful} was called for last, it is
 * refused.
 */
final class Gunzip implements AutoCloseable {

    private static final int PIECE = 8192;
    private static final int KEPT_CAPACITY = 64 * 1024;
    private static final int TRAILER_LENGTH = 8;
    private static final int FIXED_HEAD_LENGTH = 10;

    private static final int HAS_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xe0;

    /** How much more than it is long a stream may bring for ever. */
    private static final int FREE_RATIO = 64;

    private final long limit;
    private final ByteBuf in = Unpooled.buffer(256);
    private final byte[] piece = new byte[PIECE];
    private final ByteBuf out = Unpooled.wrappedBuffer(piece);
    private final CRC32 crc = new CRC32();
    private @Nullable Inflater inflater = new Inflater(true);
    private State state = State.HEAD;
    private long length;
    private long useless;
    private boolean hasBegun;

    private enum State {
        HEAD,
        BODY,
        TRAILER
    }

    /**
     * Makes a reader.
     *
     * @param limit how many bytes may come of next to nothing
     */
    Gunzip(long limit) {
        this.limit = limit;
    }

    /**
     * Takes the next bytes of the stream.
     *
     * @param bytes lent
     */
    void add(ByteBuf bytes) {
        if (inflater != null) {
            in.discardReadBytes();
            in.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
        }
    }

    /** What came of the stream since this was called last was good for something. */
    void useful() {
        useless = 0;
    }

    /**
     * The next piece of the content, lent until the next call; null when the stream must bring more first.
     *
     * @throws WherryException when the stream is not as it must be, or brings too much
     */
    @Nullable ByteBuf next() {
        Inflater open = inflater;
        while (open != null) {
            switch (state) {
                case HEAD -> {
                    int end = headEnd();
                    if (end < 0) {
                        return null;
                    }
                    in.readerIndex(end);
                    hasBegun = true;
                    state = State.BODY;
                }
                case BODY -> {
                    int count = inflate(open);
                    if (count > 0) {
                        return out.setIndex(0, count);
                    }
                    if (state == State.BODY) {
                        trim();
                        return null;
                    }
                }
                case TRAILER -> {
                    if (in.readableBytes() < TRAILER_LENGTH) {
                        return null;
                    }
                    if (in.readIntLE() != (int) crc.getValue() || in.readIntLE() != (int) length) {
                        throw broken("checksum");
                    }
                    // Another member may follow.
                    open.reset();
                    crc.reset();
                    length = 0;
                    state = State.HEAD;
                }
                default -> throw new AssertionError(state);
            }
        }
        return null;
    }

    private int inflate(Inflater open) {
        int before = in.readerIndex();
        int count;
        try {
            open.setInput(in.array(), in.arrayOffset() + before, in.readableBytes());
            count = open.inflate(piece);
        } catch (DataFormatException e) {
            throw broken(String.valueOf(e.getMessage()));
        }
        in.readerIndex(in.writerIndex() - open.getRemaining());
        if (open.needsDictionary()) {
            throw broken("dictionary");
        }
        if (open.finished()) {
            state = State.TRAILER;
        }
        crc.update(piece, 0, count);
        length += count;
        useless = Math.max(0, useless + count - (long) FREE_RATIO * (in.readerIndex() - before));
        if (useless > limit) {
            throw new WherryException(
                    ErrorCode.TOO_LARGE,
                    "gzip: over " + limit + " bytes without a message in them (expected: at most that)");
        }
        return count;
    }

    /** Where the body begins; -1 while the head is not whole. */
    private int headEnd() {
        int index = in.readerIndex();
        if (in.writerIndex() - index < FIXED_HEAD_LENGTH) {
            return -1;
        }
        int flags = in.getByte(index + 3);
        if (in.getUnsignedShort(index) != 0x1f8b || in.getByte(index + 2) != 8 || (flags & RESERVED) != 0) {
            throw broken("head");
        }
        index += FIXED_HEAD_LENGTH;
        if ((flags & HAS_EXTRA) != 0) {
            if (in.writerIndex() - index < 2) {
                return -1;
            }
            index += 2 + in.getUnsignedShortLE(index);
        }
        for (int flag = HAS_NAME; flag <= HAS_COMMENT; flag <<= 1) {
            if ((flags & flag) != 0) {
                int end = index < in.writerIndex() ? in.indexOf(index, in.writerIndex(), (byte) 0) : -1;
                if (end < 0) {
                    return checkHead();
                }
                index = end + 1;
            }
        }
        if ((flags & HAS_CHECKSUM) != 0) {
            index += 2;
        }
        return index <= in.writerIndex() ? index : checkHead();
    }

    private int checkHead() {
        if (in.readableBytes() > 2 * KEPT_CAPACITY) {
            throw broken("head");
        }
        return -1;
    }

    private void trim() {
        in.discardReadBytes();
        if (in.capacity() > KEPT_CAPACITY && in.readableBytes() < KEPT_CAPACITY) {
            in.capacity(KEPT_CAPACITY);
        }
    }

    /** Whether the stream may end here: after a trailer. */
    boolean isWhole() {
        return hasBegun && state == State.HEAD && !in.isReadable();
    }

    static WherryException broken(String what) {
        return new WherryException(
                ErrorCode.UNAVAILABLE, "gzip: " + what + " (expected: a stream as RFC 1952 says, to its end)");
    }

    /** Gives the memory back; nothing more comes. */
    @Override
    public void close() {
        Inflater open = inflater;
        if (open != null) {
            inflater = null;
            open.end();
        }
    }
}
