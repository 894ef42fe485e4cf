// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.spi.Loop;

/**
 * The body of one response in gzip (RFC 1952): one member, of blocks that other bodies may share. It holds no compressor and no
 * window, but what its trailer will say. Confined to its loop.
 */
final class GzipBody {

    private static final byte[] HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final byte[] LAST_BLOCK = {1, 0, 0, (byte) 0xff, (byte) 0xff};
    private static final int TRAILER_LENGTH = 8;

    private final Loop loop;
    private final HttpStream stream;
    private int crc;
    private long length;

    /** Begins a body. */
    GzipBody(Loop loop, HttpStream stream) {
        this.loop = loop;
        this.stream = stream;
        stream.writeContent(Unpooled.wrappedBuffer(HEAD));
    }

    /** How many bytes it holds. */
    long length() {
        return length;
    }

    /**
     * Writes envelopes.
     *
     * @param envelopes of a {@link GzipFraming}; lent
     */
    void write(ByteBuf envelopes) {
        GzipRun run = GzipRun.of(loop, envelopes);
        crc = run.checksum(crc);
        length += run.length();
        stream.write(stream.isChunked() ? run.chunk() : run.blocks());
    }

    /**
     * Writes content as it is.
     *
     * @param content lent
     */
    void writeContent(ByteBuf content) {
        int size = content.readableBytes();
        if (size > 0) {
            ByteBuf blocks = Unpooled.buffer(size + GzipFraming.STORED_HEAD_LENGTH);
            GzipFraming.store(content, blocks);
            crc = new Crc32Shift(size).apply(crc) ^ GzipFraming.checksum(content);
            length += size;
            stream.writeContent(blocks);
        }
    }

    /** Writes the end. */
    void end() {
        stream.writeContent(Unpooled.buffer(LAST_BLOCK.length + TRAILER_LENGTH)
                .writeBytes(LAST_BLOCK)
                .writeIntLE(crc)
                .writeIntLE((int) length));
    }
}
