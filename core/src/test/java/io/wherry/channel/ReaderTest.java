// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doCallRealMethod;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.Limits;
import io.wherry.Message;
import io.wherry.SlowReader;
import io.wherry.Start;
import io.wherry.TopicOptions;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.log.Log;
import io.wherry.log.TopicHistory;
import io.wherry.spi.Connection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.EnvelopeReader;
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
    private final ServerLoop home = new ServerLoop(loop, log, 1_000_000_000L, any -> {});
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
        doCallRealMethod().when(connection).writeOwn(any());
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

    /** What is written to a connection while a topic with a policy is published to, which the connection does not take at first. */
    private List<String> givenWhenBehind(Connection slow, SlowReader policy, int keeps) {
        TopicHistory published = log.open(
                policy.toString().replace(" ", "-") + keeps,
                TopicOptions.defaults().slowReader(policy).maxCount(keeps));
        Reader reader = new Reader(log, null, log.last().sequence());
        reader.subscribe(published, log.last().sequence(), LIMITS);
        loop.inLoop(() -> reader.attach(home, slow));
        log.append(published, Message.of("live").withKey("k0"));
        loop.runAll();
        when(slow.isWritable()).thenReturn(false);
        for (int i = 0; i < 10; i++) {
            log.append(published, Message.of("m" + i).withKey("k" + i % 3));
            loop.runAll();
        }
        loop.inLoop(reader::disconnectIfTooFarBehind);
        when(slow.isWritable()).thenReturn(true);
        loop.inLoop(reader::writable);
        loop.runAll();
        return given;
    }

    private final List<String> given = new ArrayList<>();

    private Connection recording() {
        Connection connection = connection();
        doAnswer(call -> {
                    ByteBuf in = call.<ByteBuf>getArgument(0).duplicate();
                    EnvelopeReader envelopes = new EnvelopeReader(1000);
                    for (Envelope each = envelopes.readNext(in, new byte[0]);
                            each != null;
                            each = envelopes.readNext(in, new byte[0])) {
                        given.add(
                                each.kind() == Kind.MESSAGE
                                        ? each.message().text()
                                        : each.kind() + " "
                                                + each.argumentOrEmpty().replaceAll("[a-z0-9]{7}-", ""));
                    }
                    return null;
                })
                .when(connection)
                .write(any());
        return connection;
    }

    @Test
    void aReaderThatIsBehindIsGivenWhatThePolicySays() {
        assertThat(givenWhenBehind(recording(), SlowReader.keep(), 100))
                .containsExactly("live", "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9");
        given.clear();
        assertThat(givenWhenBehind(recording(), SlowReader.latest(), 4)).containsExactly("live", "m9");
        given.clear();
        assertThat(givenWhenBehind(recording(), SlowReader.latestByKey(), 3)).containsExactly("live", "m7", "m8", "m9");
        given.clear();
        assertThat(givenWhenBehind(recording(), SlowReader.latestByKey(), 2))
                .containsExactly("live", "GAP overrun " + (log.last().sequence() - 2), "m8", "m9");
        given.clear();
        assertThat(givenWhenBehind(recording(), SlowReader.disconnect(), 100)).hasSize(11);
    }

    @Test
    void aReaderThatIsTooFarBehindIsDisconnected() {
        Connection slow = recording();
        assertThat(givenWhenBehind(slow, SlowReader.disconnect(9), 100)).startsWith("live", "ERROR too-many");
        verify(slow).close(argThat(reason -> reason != null && reason.code() == ErrorCode.TOO_MANY));
    }

    @Test
    void aReaderThatIsOverrunIsDisconnected() {
        Connection slow = recording();
        assertThat(givenWhenBehind(slow, SlowReader.disconnect(), 5)).containsExactly("live", "ERROR too-many");
        verify(slow).close(argThat(reason -> reason != null && reason.code() == ErrorCode.TOO_MANY));
    }

    @Test
    void aReaderThatComesBackAfterAWhileIsNotSlow() {
        TopicHistory strict = log.open(
                "strict",
                TopicOptions.defaults().slowReader(SlowReader.disconnect(2)).maxCount(5));
        Connection connection = recording();
        Reader reader = new Reader(log, null, 0);
        reader.subscribe(strict, 0, LIMITS);
        for (int i = 0; i < 10; i++) {
            log.append(strict, Message.of("m" + i));
        }

        loop.inLoop(() -> reader.attach(home, connection));

        assertThat(given).containsExactly("GAP overrun 5", "m5", "m6", "m7", "m8", "m9");
        assertThat(reader.isLive()).isTrue();
    }

    @Test
    void whatWasAskedForIsNotPassedOver() {
        TopicHistory latest = log.open("latest", TopicOptions.defaults().slowReader(SlowReader.latest()));
        Connection connection = recording();
        for (int i = 0; i < 10; i++) {
            log.append(latest, Message.of("m" + i));
        }
        Reader reader = new Reader(log, null, 0);
        loop.inLoop(() -> {
            reader.begin(List.of(latest), Start.last(3), home.readToHead(), LIMITS);
            log.append(latest, Message.of("passed over"));
            log.append(latest, Message.of("newest"));
            reader.attach(home, connection);
        });
        loop.runAll();

        assertThat(given).containsExactly("m7", "m8", "m9", "newest");
    }
}
