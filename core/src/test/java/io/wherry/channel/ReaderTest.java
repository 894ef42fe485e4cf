// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.Limits;
import io.wherry.Message;
import io.wherry.TopicOptions;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReaderTest {

    private static final Limits LIMITS = Limits.of(Config.of(Map.of(), CoreKeys.all()));

    private final ManualLoop loop = new ManualLoop();
    private final Log log = new Log(new Random(1), loop::nanoTime);
    private final ServerLoop home = new ServerLoop(loop, log, 1_000_000_000L);
    private final TopicHistory topic = log.open("topic", TopicOptions.defaults());
    private final AtomicInteger encoded = new AtomicInteger();
    private final Framing framing = new Framing() {
        @Override
        public void encode(Envelope envelope, ByteBuf out) {
            if (envelope.message().text().equals("poison")) {
                throw new IllegalStateException("thrown by the test");
            }
            encoded.incrementAndGet();
            envelope.writeTo(out);
        }
    };

    ReaderTest() {
        log.addWakeup(home::wake);
    }

    private Connection connection() {
        Connection connection = mock(Connection.class);
        when(connection.transport()).thenReturn("mock");
        when(connection.loop()).thenReturn(loop);
        when(connection.framing()).thenReturn(framing);
        when(connection.isWritable()).thenReturn(true);
        return connection;
    }

    private Reader reader(Connection connection) {
        Reader reader = new Reader(log, null, log.last().sequence());
        reader.subscribe(topic, log.last().sequence(), LIMITS);
        loop.inLoop(() -> reader.attach(home, connection));
        return reader;
    }

    @Test
    void readersAtOnePlaceAreGivenOneBufferAndOneFlush() {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Connection connection = connection();
            connections.add(connection);
            reader(connection);
            verify(connection).flush();
        }

        log.append(topic, Message.of("one"));
        log.append(topic, Message.of("two"));
        loop.runAll();

        assertThat(encoded).hasValue(2);
        for (Connection connection : connections) {
            verify(connection, times(1)).write(any());
            verify(connection, times(2)).flush();
        }
    }

    @Test
    void aReaderThatIsNotWritableCostsNothingAndCatchesUp() {
        Connection slow = connection();
        Reader reader = reader(slow);
        when(slow.isWritable()).thenReturn(false);

        for (int i = 0; i < 10; i++) {
            log.append(topic, Message.of("m" + i));
            loop.runAll();
        }
        verify(slow, never()).write(any());
        assertThat(reader.isLive()).isFalse();
        assertThat(reader.position()).isEqualTo(log.position(0));

        when(slow.isWritable()).thenReturn(true);
        loop.inLoop(reader::writable);
        loop.runAll();
        verify(slow, times(1)).write(any());
        assertThat(reader.isLive()).isTrue();
        assertThat(reader.position()).isEqualTo(log.position(10));
    }

    @Test
    void aFramingThatFailsEndsTheConnectionsThatUseIt() {
        Connection live = connection();
        reader(live);
        log.append(topic, Message.of("poison"));
        loop.runAll();
        verify(live).close(argThat(reason -> reason != null && reason.code() == ErrorCode.INTERNAL));

        Connection late = connection();
        Reader behind = new Reader(log, null, 0);
        behind.subscribe(topic, 0, LIMITS);
        loop.inLoop(() -> behind.attach(home, late));
        verify(late).close(argThat(reason -> reason != null && reason.code() == ErrorCode.INTERNAL));
    }

    @Test
    void aLoopThatReadsNothingHoldsNoEntries() {
        Connection connection = connection();
        Reader reader = reader(connection);
        loop.inLoop(reader::end);

        log.append(topic, Message.of("m"));

        assertThat(loop.runOne()).isFalse();
        assertThat(home.cursorSequence()).isEqualTo(1);
        assertThat(topic.readers()).hasValue(0);
    }
}
