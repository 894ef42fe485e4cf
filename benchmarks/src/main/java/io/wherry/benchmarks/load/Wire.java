// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection's bytes, as they are or in TLS. Used by one thread at a time. */
interface Wire {

    /**
     * Appends what has come to a buffer.
     *
     * @return how many bytes have come over the network, -1 at their end
     */
    int read(ByteBuffer in) throws IOException;

    /** Writes all of a buffer. */
    void write(ByteBuffer out) throws IOException;

    /** How a connected socket becomes a wire. */
    @FunctionalInterface
    interface Opener {

        /** Takes a socket that blocks. */
        Wire open(SocketChannel socket) throws IOException;
    }

    /** Bytes as they are. */
    static Wire bare(SocketChannel socket) {
        return new Wire() {
            @Override
            public int read(ByteBuffer in) throws IOException {
                return socket.read(in);
            }

            @Override
            public void write(ByteBuffer out) throws IOException {
                while (out.hasRemaining()) {
                    socket.write(out);
                }
            }
        };
    }
}
