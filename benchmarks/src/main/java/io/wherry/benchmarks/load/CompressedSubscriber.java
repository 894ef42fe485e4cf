// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A connection that only listens, to what is compressed, message by message. To decompress all would be more work than a server's: one of all subscribers
 * does, as a witness, and the others must be given the same bytes. Confined to the swarm's thread.
 */
final class CompressedSubscriber implements Receiver {

    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final int TAIL_INT = 0xffff;
    private static final int GZIP_HEAD = 10;

    private final Swarm swarm;
    private final boolean isFramed;
    private final Pieces pieces;
    private final CRC32 checksum = new CRC32();
    private final @Nullable Witness witness;
    private long messages;
    private int lastBytes = -1;
    private int headLeft = GZIP_HEAD;

    /**
     * Makes one.
     *
     * @param answer what the handshake was answered, and what came with it
     * @param length of each payload
     * @param isWitness whether it decompresses
     */
    CompressedSubscriber(Swarm swarm, String transport, String answer, int length, boolean isWitness) {
        this.swarm = swarm;
        this.isFramed = transport.equals("websocket");
        this.pieces = isFramed ? Pieces.ofWebSocket(this::take) : Pieces.ofChunks(this::take);
        this.witness = isWitness ? new Witness(length) : null;
        int end = answer.indexOf("\r\n\r\n");
        String expected = isFramed ? "permessage-deflate" : "gzip";
        if (!answer.substring(0, end).contains(expected)) {
            throw new IllegalStateException("answer: " + answer.substring(0, end) + " (expected: " + expected + ")");
        }
        pieces.take(ByteBuffer.wrap(answer.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public void read(ByteBuffer in, Wire wire) {
        long before = messages;
        pieces.take(in);
        swarm.count(messages - before);
    }

    private void take(ByteBuffer content, boolean isCompressed) {
        checksum.update(content.duplicate());
        if (isFramed) {
            messages += isCompressed ? 1 : 0;
            if (witness != null && isCompressed) {
                witness.take(content);
                witness.take(ByteBuffer.wrap(TAIL));
            }
            return;
        }
        int skipped = Math.min(headLeft, content.remaining());
        headLeft -= skipped;
        content.position(content.position() + skipped);
        for (int at = content.position(); at < content.limit(); at++) {
            lastBytes = lastBytes << 8 | (content.get(at) & 0xff);
            messages += lastBytes == TAIL_INT ? 1 : 0;
        }
        if (witness != null) {
            witness.take(content);
        }
    }

    @Override
    public long received() {
        long payloads = witness == null ? messages : witness.marks.count();
        if (payloads != messages) {
            throw new IllegalStateException(
                    "messages: " + messages + " compressed (expected: as many as payloads, " + payloads + ")");
        }
        return messages;
    }

    @Override
    public void begin() {
        checksum.reset();
    }

    @Override
    public long digest() {
        return checksum.getValue();
    }

    /** Decompresses all, and looks for payloads. */
    private static final class Witness {

        private final Inflater inflater = new Inflater(true);
        private final ByteBuffer output = ByteBuffer.allocate(64 * 1024);
        private final Marks marks;

        Witness(int length) {
            marks = new Marks(length);
        }

        void take(ByteBuffer compressed) {
            inflater.setInput(compressed);
            try {
                do {
                    inflater.inflate(output.clear());
                    marks.take(output.flip(), due -> {});
                } while (output.limit() > 0);
            } catch (DataFormatException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
