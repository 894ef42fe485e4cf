// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TimedSubscribersTest {

    @Test
    void findsTimesWhereverTheStreamIsCut() {
        byte[] timed = TimedFrames.payload(1234567890123L, 200);
        ByteBuffer frames = ByteBuffer.allocate(500);
        frames.put((byte) 0x81).put((byte) 126).putShort((short) 200).put(timed);
        frames.put((byte) 0x81).put((byte) 2).put("no".getBytes(StandardCharsets.US_ASCII));
        frames.put((byte) 0x89).put((byte) 0);
        frames.put((byte) 0x81).put((byte) 20).put(TimedFrames.payload(7, 20));
        byte[] bytes = new byte[frames.flip().remaining()];
        frames.get(bytes);

        for (int cut = 0; cut <= bytes.length; cut++) {
            List<Long> found = new ArrayList<>();
            TimedFrames reader = new TimedFrames();
            reader.take(ByteBuffer.wrap(bytes, 0, cut), found::add);
            reader.take(ByteBuffer.wrap(bytes, cut, bytes.length - cut), found::add);
            assertThat(found).as("cut at %d", cut).containsExactly(1234567890123L, 7L);
        }
    }

    @Test
    void frozenSubscribersComeBack() throws Exception {
        try (BroadcastServer server = ServerKind.WHERRY.start();
                TimedSubscribers subscribers = new TimedSubscribers(server.port(), 10, 2)) {
            while (server.subscribers() < 10) {
                Thread.onSpinWait();
            }
            subscribers.freeze();
            for (int i = 0; i < 2000; i++) {
                server.fill(new byte[8 * 1024]);
            }
            for (int i = 0; i < 100; i++) {
                server.publish(TimedFrames.payload(System.nanoTime(), 128));
            }
            subscribers.await(8 * 100);
            assertThat(subscribers.takeDelays().getTotalCount()).isEqualTo(800);
            subscribers.thaw();
            assertThat(subscribers.bytesOfFreezable()).isLessThan(2 * 2000 * 8 * 1024L);
        }
    }
}
