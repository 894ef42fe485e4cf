// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class FrameCounterTest {

    private static final int TEXT = 0x81;
    private static final int TEXT_TO_BE_CONTINUED = 0x01;
    private static final int LAST_CONTINUATION = 0x80;
    private static final int PING = 0x89;

    /** Four messages: one of the shortest kind, one in two fragments with a ping between them, one of each longer kind. */
    private static ByteBuffer stream() {
        ByteBuffer out = ByteBuffer.allocate(100_000);
        out.put((byte) TEXT).put((byte) 0);
        out.put((byte) TEXT_TO_BE_CONTINUED).put((byte) 3).put(new byte[3]);
        out.put((byte) PING).put((byte) 2).put(new byte[2]);
        out.put((byte) LAST_CONTINUATION).put((byte) 125).put(new byte[125]);
        out.put((byte) TEXT).put((byte) 126).putShort((short) 300).put(new byte[300]);
        out.put((byte) TEXT).put((byte) 127).putLong(70_000).put(new byte[70_000]);
        return out.flip();
    }

    @Test
    void countsMessagesAndNotFrames() {
        FrameCounter counter = new FrameCounter();

        assertThat(counter.take(stream())).isEqualTo(4);
        assertThat(counter.frames()).isEqualTo(4);
    }

    @Test
    void countsWhereverTheStreamIsCut() {
        ByteBuffer stream = stream();
        for (int cut = 0; cut <= 500; cut++) {
            FrameCounter counter = new FrameCounter();
            int ended = counter.take(stream.duplicate().limit(cut));
            ended += counter.take(stream.duplicate().position(cut));

            assertThat(ended).as("cut at %d", cut).isEqualTo(4);
        }
    }

    @Test
    void countsByteByByte() {
        ByteBuffer stream = stream();
        FrameCounter counter = new FrameCounter();
        while (stream.hasRemaining()) {
            counter.take(ByteBuffer.wrap(new byte[] {stream.get()}));
        }

        assertThat(counter.frames()).isEqualTo(4);
    }
}
