// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.testkit.FakeLoop;
import io.wherry.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalSocketTest {

    private static final int MAX_MESSAGE = 1 << 20;

    private final VirtualClock clock = new VirtualClock();
    private final Log left = new Log();
    private final Log right = new Log();
    private final LocalSocket one = new LocalSocket(clock.loop("left"), MAX_MESSAGE, left);
    private final FakeLoop otherLoop = clock.loop("right");
    private final LocalSocket other = new LocalSocket(otherLoop, MAX_MESSAGE, right);

    @BeforeEach
    void join() {
        LocalSocket.join(one, other);
        one.readable(true);
    }

    @Test
    void carriesWhatWasFlushed() {
        other.readable(true);
        write(one, "a", "b");
        clock.run();
        assertThat(right.events).isEmpty();

        one.flush();
        write(one, "c");
        clock.run();
        assertThat(right.events).containsExactly("a", "b", "complete");

        one.flush();
        clock.run();
        assertThat(right.events).containsExactly("a", "b", "complete", "c", "complete");
    }

    @Test
    void stopsAtOnceWhenNotReadable() {
        right.onReceived = () -> other.readable(false);
        other.readable(true);
        write(one, "a", "b");
        one.flush();
        clock.run();
        assertThat(right.events).containsExactly("a", "complete");

        right.onReceived = () -> {};
        other.readable(true);
        clock.run();
        assertThat(right.events).containsExactly("a", "complete", "b", "complete");
    }

    @Test
    void isWritableAgainWhenThePeerHasConsumed() {
        write(one, "x".repeat(LocalSocket.HIGH_MARK / 2));
        assertThat(one.isWritable()).isTrue();
        write(one, "y".repeat(LocalSocket.HIGH_MARK / 2));
        assertThat(one.isWritable()).isFalse();
        one.flush();
        clock.run();
        assertThat(one.isWritable()).isFalse();
        assertThat(left.events).isEmpty();

        other.readable(true);
        clock.run();
        assertThat(one.isWritable()).isTrue();
        assertThat(left.events).containsExactly("writable");
    }

    @Test
    void closesAfterWhatWasWritten() {
        write(one, "a");
        one.close(new WherryException(ErrorCode.TIMEOUT, "late"));
        write(one, "b");
        one.flush();
        one.close(null);
        clock.run();
        assertThat(left.events).containsExactly("closed");
        assertThat(right.events).isEmpty();

        other.readable(true);
        clock.run();
        assertThat(right.events).containsExactly("a", "complete", "closed timeout");
        write(other, "too late");
        other.flush();
        clock.run();
        assertThat(left.events).containsExactly("closed");
    }

    @Test
    void tellsBothSidesOfABadEnvelope() {
        other.readable(true);
        one.write(Unpooled.copiedBuffer("m k-1 99999999 text topic\n".getBytes()));
        one.flush();
        clock.run();
        assertThat(left.events).containsExactly("closed too-large");
        assertThat(right.events).containsExactly("closed too-large");
    }

    @Test
    void endsWhenItsListenerThrows() {
        right.onReceived = () -> {
            throw new IllegalStateException("thrown by the test");
        };
        other.readable(true);
        write(one, "a");
        one.flush();
        clock.run();
        assertThat(left.events).containsExactly("closed internal");
        assertThat(right.events).containsExactly("a", "closed internal");
    }

    @Test
    void endsWhenThePeersLoopHasEnded() {
        otherLoop.end();
        write(one, "a");
        one.flush();
        clock.run();
        assertThat(left.events).containsExactly("closed unavailable");
        assertThat(one.isWritable()).isFalse();
    }

    @Test
    void takesWhatThePeerHasSentBeforeItsLoopEnded() {
        write(other, "last");
        other.close(null);
        otherLoop.end();
        write(one, "a");
        one.flush();
        clock.run();
        assertThat(left.events).containsExactly("last", "complete", "closed");
    }

    private static void write(LocalSocket socket, String... texts) {
        for (String text : texts) {
            ByteBuf bytes = Unpooled.buffer();
            LocalFraming.INSTANCE.encode(Envelope.at(null, Kind.DIRECT, "to", null, Message.of(text)), bytes);
            socket.write(bytes);
            bytes.release();
        }
    }

    private static final class Log implements LocalSocket.Events {

        private final List<String> events = new ArrayList<>();
        private Runnable onReceived = () -> {};

        @Override
        public void received(Envelope envelope) {
            events.add(envelope.message().text());
            onReceived.run();
        }

        @Override
        public void receiveComplete() {
            events.add("complete");
        }

        @Override
        public void writable() {
            events.add("writable");
        }

        @Override
        public void closed(@Nullable WherryException cause) {
            events.add(cause == null ? "closed" : "closed " + cause.code().text());
        }
    }
}
