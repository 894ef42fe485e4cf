// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import java.util.Arrays;
import java.util.zip.Deflater;

/** Compresses messages, each by itself, so that the same bytes are good for all subscribers. Confined to the loop. */
final class NettyDeflater {

    /** The end of what was flushed (RFC 7692, section 7.2.1). */
    private static final int TAIL = 4;

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private byte[] output = new byte[1024];

    /** What a WebSocket's frame holds. */
    byte[] message(byte[] text) {
        return compress(TAIL, text);
    }

    /** Blocks that stand for themselves in a stream of gzip. */
    byte[] blocks(byte[] head, byte[] text, int lineFeeds) {
        byte[] end = new byte[lineFeeds];
        Arrays.fill(end, (byte) '\n');
        return compress(0, head, text, end);
    }

    private byte[] compress(int without, byte[]... parts) {
        deflater.reset();
        int length = 0;
        for (int i = 0; i < parts.length; i++) {
            deflater.setInput(parts[i]);
            int flush = i == parts.length - 1 ? Deflater.SYNC_FLUSH : Deflater.NO_FLUSH;
            int written;
            do {
                if (output.length - length < 64) {
                    output = Arrays.copyOf(output, 2 * output.length);
                }
                written = deflater.deflate(output, length, output.length - length, flush);
                length += written;
            } while (length == output.length);
        }
        return Arrays.copyOf(output, length - without);
    }
}
