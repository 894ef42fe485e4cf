// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.Limits;
import io.wherry.spi.Envelope;
import java.util.ArrayDeque;

/**
 * What gathers for the next POST, and what was posted and is not known to have arrived: a POST begins with all of that, since
 * it may overtake an earlier one. Confined to its loop; its buffers are unpooled and need not be released.
 */
final class Outbox {

    private static final int HIGH = 256 * 1024;
    private static final int ROOM_FOR_HEADS = 64 * 1024;

    private final int high;
    private final ArrayDeque<ByteBuf> underWay = new ArrayDeque<>(2);
    private long batches;
    private ByteBuf gathered = Unpooled.EMPTY_BUFFER;

    Outbox(Limits limits) {
        this.high = Math.max(1, Math.min(HIGH, (limits.batch() - limits.message() - ROOM_FOR_HEADS) / 2));
    }

    /** Whether nothing has gathered. */
    boolean isEmpty() {
        return !gathered.isReadable();
    }

    /** Whether something was taken that is not known to have arrived. */
    boolean isUnderWay() {
        return !underWay.isEmpty();
    }

    boolean isWritable() {
        return gathered.readableBytes() < high;
    }

    /** Whether a POST may begin with what is under way already, within the limit of a batch. */
    boolean mayRepeat() {
        long bytes = 0;
        for (ByteBuf batch : underWay) {
            bytes += batch.readableBytes();
        }
        return bytes < high;
    }

    void add(Envelope envelope) {
        if (gathered.capacity() == 0) {
            gathered = Unpooled.buffer();
        }
        Delimiter.LF.batch().encode(envelope, gathered);
    }

    /** Gives what is under way, and what has gathered where there is room for it beside. */
    ByteBuf take() {
        if (gathered.isReadable() && mayRepeat()) {
            underWay.add(gathered);
            gathered = Unpooled.EMPTY_BUFFER;
            batches++;
        }
        return Unpooled.wrappedBuffer(underWay.toArray(new ByteBuf[0]));
    }

    /** What says how much was taken, for {@link #arrived}. */
    long mark() {
        return batches;
    }

    /** All that was taken before a mark was made has arrived. */
    void arrived(long mark) {
        while (!underWay.isEmpty() && batches - underWay.size() < mark) {
            underWay.remove();
        }
    }
}
