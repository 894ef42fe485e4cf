// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses and decompresses the payloads of single messages, without context from one to the next (RFC 7692,
 * section 7.2). Thread-safe: the few compressors that are kept serve all connections, so that an idle one holds no window.
 */
public final class Deflation {

    /** The end of what was compressed: an empty block, after which the next begins at a whole byte. A message of RFC 7692 travels without. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};

    private static final int CHUNK = 8192;
    private static final int KEPT = 16;

    private static final Kept<Deflater> DEFLATERS =
            new Kept<>(() -> new Deflater(Deflater.DEFAULT_COMPRESSION, true), Deflater::reset, Deflater::end);
    private static final Kept<Inflater> INFLATERS =
            new Kept<>(() -> new Inflater(true), Inflater::reset, Inflater::end);

    private Deflation() {}

    /** Thrown where the decompressed message would be over the limit. */
    public static final class TooBigException extends Exception {

        private static final long serialVersionUID = 1L;

        TooBigException(int limit) {
            super("message after decompression: over " + limit + " bytes", null, false, false);
        }
    }

    /**
     * Appends a payload, compressed, without the empty block at its end.
     *
     * @param in lent; its indices stay
     * @param out lent
     */
    public static void compress(ByteBuf in, ByteBuf out) {
        Deflater deflater = DEFLATERS.take();
        try {
            for (ByteBuffer part : in.nioBuffers()) {
                deflater.setInput(part);
                drain(deflater, out, Deflater.NO_FLUSH);
            }
            drain(deflater, out, Deflater.SYNC_FLUSH);
            out.writerIndex(out.writerIndex() - TAIL.length);
        } finally {
            DEFLATERS.giveBack(deflater);
        }
    }

    /**
     * Appends a payload as blocks that stand for themselves: they refer to nothing before them, and end at a whole byte.
     *
     * @param in lent; its indices stay
     * @param out lent
     */
    static void compressBlocks(ByteBuf in, ByteBuf out) {
        compress(in, out);
        out.writeBytes(TAIL);
    }

    private static void drain(Deflater deflater, ByteBuf out, int flush) {
        int room;
        int written;
        do {
            out.ensureWritable(CHUNK);
            ByteBuffer target = out.nioBuffer(out.writerIndex(), out.writableBytes());
            room = target.remaining();
            written = deflater.deflate(target, flush);
            out.writerIndex(out.writerIndex() + written);
        } while (written == room);
    }

    /**
     * Appends a payload, decompressed.
     *
     * @param in lent; its indices stay
     * @param out lent
     * @param limit how many bytes may be appended
     */
    public static void decompress(ByteBuf in, ByteBuf out, int limit) throws DataFormatException, TooBigException {
        Inflater inflater = INFLATERS.take();
        try {
            int start = out.writerIndex();
            for (ByteBuffer part : in.nioBuffers()) {
                inflate(inflater, part, out, start, limit);
            }
            inflate(inflater, ByteBuffer.wrap(TAIL), out, start, limit);
        } finally {
            INFLATERS.giveBack(inflater);
        }
    }

    private static void inflate(Inflater inflater, ByteBuffer in, ByteBuf out, int start, int limit)
            throws DataFormatException, TooBigException {
        inflater.setInput(in);
        while (true) {
            out.ensureWritable(CHUNK);
            ByteBuffer target = out.nioBuffer(out.writerIndex(), out.writableBytes());
            int written = inflater.inflate(target);
            out.writerIndex(out.writerIndex() + written);
            if (out.writerIndex() - start > limit) {
                throw new TooBigException(limit);
            }
            if (inflater.finished()) {
                // A final block may be followed by others (section 7.2.3.4).
                inflater.reset();
                inflater.setInput(in);
                if (!in.hasRemaining()) {
                    return;
                }
            } else if (inflater.needsDictionary()) {
                throw new DataFormatException("asks for a dictionary");
            } else if (written == 0 && inflater.needsInput()) {
                return;
            }
        }
    }

    /** A few compressors for the next who needs one: each holds up to a quarter of a megabyte outside the heap. */
    private static final class Kept<T> {

        private final ArrayBlockingQueue<T> free = new ArrayBlockingQueue<>(KEPT);
        private final Supplier<T> factory;
        private final Consumer<T> reset;
        private final Consumer<T> end;

        Kept(Supplier<T> factory, Consumer<T> reset, Consumer<T> end) {
            this.factory = factory;
            this.reset = reset;
            this.end = end;
        }

        T take() {
            @Nullable T kept = free.poll();
            return kept == null ? factory.get() : kept;
        }

        void giveBack(T used) {
            reset.accept(used);
            if (!free.offer(used)) {
                end.accept(used);
            }
        }
    }
}
