// SPDX-License-Identifier: Apache-2.0
package io.wherry.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.Message;
import io.wherry.TopicOptions;
import io.wherry.spi.Framing;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EntryTest {

    private final Log log = new Log(new Random(1), () -> 0);
    private final Entry entry = log.append(log.open("t", TopicOptions.defaults()), Message.of("hello"));
    private final ByteBuf scratch = Unpooled.buffer();

    @Test
    void isEncodedOnceForEachFraming() {
        AtomicInteger encoded = new AtomicInteger();
        Framing first = (envelope, out) -> {
            encoded.incrementAndGet();
            envelope.writeTo(out);
        };
        Framing second = (envelope, out) -> {
            encoded.incrementAndGet();
            out.writeBytes(envelope.message().buffer());
        };

        byte[] bytes = entry.encoded(first, scratch);
        assertThat(entry.encoded(second, scratch)).asString().isEqualTo("hello");
        assertThat(entry.encoded(first, scratch)).isSameAs(bytes);
        assertThat(encoded).hasValue(2);
    }

    @Test
    void remembersOnlySoManyFramings() {
        AtomicInteger encoded = new AtomicInteger();
        List<Framing> framings = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte number = (byte) i;
            framings.add((envelope, out) -> {
                encoded.incrementAndGet();
                out.writeByte(number);
            });
        }

        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 20; i++) {
                assertThat(entry.encoded(framings.get(i), scratch)).containsExactly((byte) i);
            }
        }
        assertThat(encoded).hasValue(20 + 12);
    }
}
