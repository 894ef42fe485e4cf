// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connection on which each answer makes the next question, as long as the swarm asks. Answers that come together are answered together, by one
 * write. Confined to the swarm's thread.
 */
abstract class Asker implements Swarm.Peer {

    private final Swarm swarm;
    private final int bytes;
    private long now;
    private int answers;

    /**
     * Makes one.
     *
     * @param bytes the length of each payload
     */
    Asker(Swarm swarm, int bytes) {
        this.swarm = swarm;
        this.bytes = bytes;
    }

    /** Asks so many questions at once. */
    void begin(Wire wire, int count) throws IOException {
        ask(wire, count);
    }

    @Override
    public final void read(ByteBuffer in, Wire wire) throws IOException {
        now = System.nanoTime();
        answers = 0;
        take(in);
        if (answers > 0) {
            swarm.answered(answers);
            if (swarm.isAsking()) {
                goOn(wire, answers);
            }
        }
    }

    /** So many answers have come, each of which makes a question. */
    void goOn(Wire wire, int count) throws IOException {
        ask(wire, count);
    }

    /** Asks so many questions at once, over a connection of its own or another. */
    final void ask(Wire wire, int count) throws IOException {
        now = System.nanoTime();
        ByteBuffer output = swarm.output().clear();
        before(output);
        for (int i = 0; i < count; i++) {
            question(output, Payload.of(now, bytes));
        }
        after(output);
        wire.write(output.flip());
        swarm.asked(count);
    }

    /** An answer to what was asked then has come. */
    final void answered(long dueNanos) {
        answers++;
        swarm.count(dueNanos, now);
    }

    /** Takes all bytes of a buffer, and tells of answers in it. */
    abstract void take(ByteBuffer in);

    /** Writes what comes before the questions that are asked together. */
    void before(ByteBuffer out) {}

    /** Writes one question. */
    abstract void question(ByteBuffer out, byte[] payload);

    /** Writes what comes after the questions that are asked together. */
    void after(ByteBuffer out) {}
}
