// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.wherry.spi.Loop;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link GzipFraming} has written of some envelopes, as it travels: all blocks, in one chunk (RFC 9112, section 7.1) where that is due, and
 * what they add to a stream's trailer. Confined to a loop.
 *
 * <p>The readers of a loop are given the same buffer one after the other. What is made of it is kept until the loop's turn is
 * over, so that they share it.
 */
final class GzipRun {

    private static final FastThreadLocal<Last> LAST = new FastThreadLocal<>() {
        @Override
        protected Last initialValue() {
            return new Last();
        }
    };

    private final ByteBuf chunk;
    private final int blocksIndex;
    private final int blocksLength;
    private final int crc;
    private final int length;
    private final Crc32Shift shift;

    /**
     * Makes a run, to be released.
     *
     * @param envelopes of a {@link GzipFraming}; lent
     */
    private GzipRun(Loop loop, ByteBuf envelopes) {
        int blocks = 0;
        int sum = 0;
        int content = 0;
        int index = envelopes.readerIndex();
        int end = envelopes.writerIndex();
        while (index < end) {
            int size = envelopes.getInt(index);
            int contentLength = envelopes.getInt(index + 8);
            sum = content == 0
                    ? envelopes.getInt(index + 4)
                    : new Crc32Shift(contentLength).apply(sum) ^ envelopes.getInt(index + 4);
            blocks += size;
            content += contentLength;
            index += GzipFraming.HEAD_LENGTH + size;
        }
        crc = sum;
        length = content;
        shift = new Crc32Shift(content);
        chunk = loop.alloc().directBuffer(blocks + ChunkedFraming.MAX_OVERHEAD);
        ChunkedFraming.beginChunk(blocks, chunk);
        blocksIndex = chunk.writerIndex();
        blocksLength = blocks;
        for (index = envelopes.readerIndex(); index < end; ) {
            int size = envelopes.getInt(index);
            chunk.writeBytes(envelopes, index + GzipFraming.HEAD_LENGTH, size);
            index += GzipFraming.HEAD_LENGTH + size;
        }
        ChunkedFraming.endChunk(chunk);
    }

    /**
     * The run of some envelopes: the same one for the same buffer, in one turn of the loop.
     *
     * @param envelopes of a {@link GzipFraming}; lent. The run retains it, so that it can be known again
     * @return lent, until this is called again or the loop's turn is over
     */
    static GzipRun of(Loop loop, ByteBuf envelopes) {
        return LAST.get().of(loop, envelopes);
    }

    /** The blocks in a chunk; lent. */
    ByteBuf chunk() {
        return chunk;
    }

    /** The blocks alone, the same bytes; lent. */
    ByteBuf blocks() {
        return chunk.slice(blocksIndex, blocksLength);
    }

    /** How many bytes the blocks hold. */
    int length() {
        return length;
    }

    /** The checksum of a stream's content after this run. */
    int checksum(int before) {
        return shift.apply(before) ^ crc;
    }

    /** The last run of a thread. */
    private static final class Last {

        private @Nullable ByteBuf envelopes;
        private @Nullable GzipRun run;
        private boolean endsWithTurn;

        @SuppressWarnings(
                "ReferenceEquality") // Nobody else has this buffer while it is retained here, and nobody changes it.
        GzipRun of(Loop loop, ByteBuf wanted) {
            GzipRun known = run;
            if (known != null && envelopes == wanted) {
                return known;
            }
            forget();
            GzipRun made = new GzipRun(loop, wanted);
            run = made;
            envelopes = wanted.retain();
            if (!endsWithTurn) {
                endsWithTurn = true;
                try {
                    loop.execute(this::endTurn);
                } catch (RejectedExecutionException e) {
                    // The loop has ended: what is left is released by the next, or by nobody.
                    endsWithTurn = false;
                }
            }
            return made;
        }

        private void endTurn() {
            endsWithTurn = false;
            forget();
        }

        private void forget() {
            if (envelopes != null) {
                envelopes.release();
                envelopes = null;
            }
            if (run != null) {
                run.chunk.release();
                run = null;
            }
        }
    }
}
