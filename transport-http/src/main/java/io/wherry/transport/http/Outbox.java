// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.Limits;
import io.wherry.spi.Envelope;

/** What gathers for the next POST. Confined to its loop; its buffers are unpooled and need not be released. */
final class Outbox {

    private static final int HIGH = 256 * 1024;
    private static final int ROOM_FOR_HEADS = 64 * 1024;

    private final int high;
    private ByteBuf gathered = Unpooled.EMPTY_BUFFER;

    Outbox(Limits limits) {
        this.high = Math.max(1, Math.min(HIGH, limits.batch() - limits.message() - ROOM_FOR_HEADS));
    }

    boolean isEmpty() {
        return !gathered.isReadable();
    }

    boolean isWritable() {
        return gathered.readableBytes() < high;
    }

    void add(Envelope envelope) {
        if (gathered.capacity() == 0) {
            gathered = Unpooled.buffer();
        }
        Delimiter.LF.batch().encode(envelope, gathered);
    }

    /** Gives a batch, and begins another. */
    ByteBuf take() {
        ByteBuf batch = gathered;
        gathered = Unpooled.EMPTY_BUFFER;
        return batch;
    }
}
