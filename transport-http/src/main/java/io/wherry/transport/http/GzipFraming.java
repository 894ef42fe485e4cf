// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.wherry.config.Config;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Another framing as blocks of DEFLATE (RFC 1951) that refer to nothing before them and end at a whole byte, so that the same
 * bytes stand in every gzip stream, wherever it is: compressed once for all readers. Thread-safe.
 *
 * <p>Only messages of topics are compressed, each by itself. What goes to one reader alone is stored: it may hold a secret, and
 * the length of what it was compressed with would tell of it.
 *
 * <p>What is written is not yet what travels. Before the blocks of each envelope stand, in twelve bytes, their length, and the
 * checksum and the length of what they hold; {@link GzipRun} takes those out, for the trailer of each stream.
 */
public final class GzipFraming implements Framing {

    /** Length of the blocks, checksum and length of the content. */
    static final int HEAD_LENGTH = 12;

    /** What a block that is stored adds. */
    static final int STORED_HEAD_LENGTH = 5;

    private static final int MAX_STORED = 0xffff;

    private final Framing content;
    private final int threshold;

    /**
     * Makes a framing; to be kept, since encodings are shared by the framing's identity.
     *
     * @param content what is compressed
     * @param threshold from how many bytes of payload on a message is compressed
     */
    GzipFraming(Framing content, int threshold) {
        this.content = content;
        this.threshold = threshold;
    }

    /** These framings compressed, each by itself; none where a server's configuration has no compression. */
    public static Map<Framing, GzipFraming> of(Config config, Framing... contents) {
        Map<Framing, GzipFraming> all = new HashMap<>();
        if (config.get(HttpKeys.COMPRESSION)) {
            for (Framing content : contents) {
                all.put(content, new GzipFraming(content, config.get(HttpKeys.COMPRESSION_THRESHOLD)));
            }
        }
        return all;
    }

    @Override
    public void encode(Envelope envelope, ByteBuf out) {
        ByteBuf plain = out.alloc().heapBuffer(256 + envelope.message().size());
        try {
            content.encode(envelope, plain);
            int length = plain.readableBytes();
            if (length == 0) {
                return;
            }
            int head = out.writerIndex();
            out.writeZero(HEAD_LENGTH);
            if (!isCompressible(envelope) || !compress(plain, out)) {
                store(plain, out);
            }
            out.setInt(head, out.writerIndex() - head - HEAD_LENGTH);
            out.setInt(head + 4, checksum(plain));
            out.setInt(head + 8, length);
        } finally {
            plain.release();
        }
    }

    /** History is written for one reader, with positions of its own: compressing it would be work for each. */
    private boolean isCompressible(Envelope envelope) {
        return envelope.kind() == Kind.MESSAGE && envelope.message().size() >= threshold;
    }

    /** Compresses, unless it does not pay; returns whether it has. */
    private static boolean compress(ByteBuf plain, ByteBuf out) {
        int start = out.writerIndex();
        Deflation.compressBlocks(plain, out);
        if (out.writerIndex() - start < plain.readableBytes() + STORED_HEAD_LENGTH) {
            return true;
        }
        out.writerIndex(start);
        return false;
    }

    /** Appends blocks that hold some bytes as they are. */
    static void store(ByteBuf plain, ByteBuf out) {
        int index = plain.readerIndex();
        while (index < plain.writerIndex()) {
            int length = Math.min(MAX_STORED, plain.writerIndex() - index);
            out.writeByte(0).writeShortLE(length).writeShortLE(~length);
            out.writeBytes(plain, index, length);
            index += length;
        }
    }

    static int checksum(ByteBuf bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes.nioBuffer());
        return (int) crc.getValue();
    }
}
