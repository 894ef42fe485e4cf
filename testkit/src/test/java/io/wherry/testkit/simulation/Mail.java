// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import io.wherry.spi.Envelope;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;

/**
 * What gathers for the next POST, and what was posted and is not known to have arrived, with which a POST begins. Confined to
 * its loop.
 */
final class Mail {

    private static final int HIGH_MARK = 4096;

    private final ArrayDeque<byte[]> underWay = new ArrayDeque<>(2);
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private long taken;

    boolean isEmpty() {
        return gathered.size() == 0;
    }

    /** Whether something was taken that is not known to have arrived. */
    boolean isUnderWay() {
        return !underWay.isEmpty();
    }

    boolean isWritable() {
        return gathered.size() < HIGH_MARK;
    }

    void add(Envelope envelope) {
        gathered.writeBytes(SimulatedTransport.encode(envelope));
    }

    /** Gives what is under way and what has gathered. */
    byte[] take() {
        if (!isEmpty()) {
            underWay.add(gathered.toByteArray());
            gathered.reset();
            taken++;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        underWay.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** What says how much was taken, for {@link #arrived}. */
    long mark() {
        return taken;
    }

    /** All that was taken before a mark was made has arrived. */
    void arrived(long mark) {
        while (!underWay.isEmpty() && taken - underWay.size() < mark) {
            underWay.remove();
        }
    }
}
