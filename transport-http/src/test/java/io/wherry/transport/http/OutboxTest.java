// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.wherry.Limits;
import io.wherry.Message;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OutboxTest {

    private final Outbox outbox = new Outbox(Limits.of(TestServer.config(Map.of())));
    private long number;

    private void add(int count) {
        for (int i = 0; i < count; i++) {
            outbox.add(Envelope.numbered(++number, Kind.DIRECT, "to", null, Message.of("x")));
        }
    }

    private static List<Long> numbers(ByteBuf batch) {
        List<Long> numbers = new ArrayList<>();
        BatchFraming.read(batch.duplicate(), 100, envelope -> numbers.add(envelope.number()));
        return numbers;
    }

    @Test
    void repeatsWhatIsNotKnownToHaveArrived() {
        add(2);
        assertThat(numbers(outbox.take())).containsExactly(1L, 2L);
        long first = outbox.mark();
        add(1);
        assertThat(outbox.isEmpty()).isFalse();
        assertThat(numbers(outbox.take())).containsExactly(1L, 2L, 3L);
        assertThat(outbox.isEmpty()).isTrue();
        outbox.arrived(first);
        add(1);
        assertThat(numbers(outbox.take())).containsExactly(3L, 4L);
        outbox.arrived(outbox.mark());
        outbox.arrived(first);
        add(1);
        assertThat(numbers(outbox.take())).containsExactly(5L);
    }

    @Test
    void givesNothingWhenThereIsNothing() {
        assertThat(outbox.take().isReadable()).isFalse();
        outbox.arrived(outbox.mark());
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void isWritableUpToABound() {
        assertThat(outbox.isWritable()).isTrue();
        outbox.add(Envelope.numbered(1, Kind.DIRECT, "to", null, Message.of("x".repeat(300_000))));
        assertThat(outbox.isWritable()).isFalse();
        outbox.take();
        assertThat(outbox.isWritable()).isTrue();
        assertThat(outbox.mayRepeat()).isFalse();
        outbox.arrived(outbox.mark());
        assertThat(outbox.mayRepeat()).isTrue();
    }
}
