// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Environment;
import io.wherry.spi.Loops;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Target;
import io.wherry.spi.Transport;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a client's channel looks after its connection, on a loop whose clock the test moves. */
@Timeout(10)
final class ConnectorTest {

    private static final long SECOND = 1_000_000_000L;

    private final ManualLoop loop = new ManualLoop();
    private final ManualLoop callbacks = new ManualLoop();
    private final Scripted transport = new Scripted();
    private final Channel channel = Wherry.client()
            .transports("scripted")
            .transport(transport)
            .set("wherry.limits.inbound", "1KiB")
            .environment(new Environment(Loops.given(List.of(loop)), callbacks, new Random(7), loop::nanoTime))
            .build()
            .connect(URI.create("http://nowhere/wherry"));

    private void receive(Envelope envelope) {
        loop.inLoop(() -> {
            transport.listener().received(envelope);
            transport.listener().receiveComplete();
        });
        loop.runAll();
    }

    /** Brings the newest connection its welcome, and then the answer to what it asks. */
    private void open(String kind) {
        loop.runAll();
        Position start = new Position("e", 0, 0);
        receive(Envelope.at(start, Kind.WELCOME, "id", kind, Message.of("heartbeat=15000\nlost-after=40000")));
        receive(Envelope.control(Kind.HEARTBEAT, "!", null));
    }

    /** Lets seconds pass, in which the server is heard where the client listens. */
    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            loop.advance(SECOND);
            loop.runAll();
            if (transport.readable) {
                receive(Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null));
            }
        }
    }

    @Test
    void aConnectionThatWasNotReadForLongIsGivenTimeToSpeak() {
        channel.onMessage("slow", (on, message) -> {});
        open("new");
        receive(Envelope.at(new Position("e", 0, 1), Kind.DIRECT, "slow", null, Message.of(new byte[4096])));
        assertThat(transport.readable).isFalse();

        pass(60);
        assertThat(transport.connects).isEqualTo(1);
        callbacks.runAll();
        loop.runAll();
        assertThat(transport.readable).isTrue();

        // Nothing need come at once: a poll that is made now may be held for a while.
        loop.advance(20 * SECOND);
        loop.runAll();
        assertThat(transport.connects).isEqualTo(1);
        assertThat(transport.isClosed).isFalse();

        loop.advance(30 * SECOND);
        loop.runAll();
        assertThat(transport.isClosed).isTrue();
    }

    @Test
    void aServerThatDoesNotKnowAChannelThatWasNotNamedIsNotAskedWithoutEnd() {
        loop.runAll();
        refuse();
        loop.advance(0);
        assertThat(transport.connects).isEqualTo(1);

        loop.advance(SECOND);
        loop.runAll();
        assertThat(transport.connects).isEqualTo(2);
    }

    private void refuse() {
        loop.inLoop(() -> transport.listener().closed(new WherryException(ErrorCode.UNKNOWN_CHANNEL, "channel: gone")));
        loop.runAll();
    }

    @Test
    void saysGoodbyeOnTheConnectionThatIsTakingOverToo() {
        open("new");
        CompletionStage<Void> switched = channel.switchTo("scripted");
        open("resumed");
        assertThat(transport.connects).isEqualTo(2);
        assertThat(transport.sent).last().isEqualTo("TAKE 2 on 2");

        // The server may have done it: that it has is on its way.
        CompletionStage<Void> closed = channel.closeAsync();
        loop.runAll();
        callbacks.runAll();
        assertThat(transport.sent).contains("END - on 1", "END - on 2");
        assertThat(switched.toCompletableFuture()).isCompletedExceptionally();
        assertThat(closed.toCompletableFuture()).isNotDone();
    }

    @Test
    void makesNoConnectionForAChannelThatWasClosedWhileCredentialsWereAskedFor() {
        Scripted unused = new Scripted();
        Channel closed = Wherry.client()
                .transports("scripted")
                .transport(unused)
                .header("Authorization", () -> "secret")
                .environment(new Environment(Loops.given(List.of(loop)), callbacks, new Random(7), loop::nanoTime))
                .build()
                .connect(URI.create("http://nowhere/wherry"));
        loop.runAll();
        closed.closeAsync();
        callbacks.runAll();
        loop.runAll();
        assertThat(unused.connects).isZero();
    }

    /** A transport whose newest connection the test speaks for. */
    private static final class Scripted implements Transport, ClientTransport {

        private final List<String> sent = new ArrayList<>();
        private @Nullable ClientListener listener;
        private boolean readable = true;
        private boolean isClosed;
        private int connects;

        ClientListener listener() {
            return Objects.requireNonNull(listener, "listener");
        }

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public List<ConfigKey<?>> keys() {
            return List.of();
        }

        @Override
        public ServerTransport server(Config config) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ClientTransport client(Config config) {
            return this;
        }

        @Override
        public ClientConnection connect(ClientContext context, Target target, ClientListener to) {
            connects++;
            listener = to;
            return new ClientConnection() {
                @Override
                public boolean isWritable() {
                    return true;
                }

                @Override
                public void send(Envelope envelope) {
                    sent.add(envelope.kind() + " " + envelope.name() + " on " + target.connection());
                }

                @Override
                public void flush() {}

                @Override
                public void readable(boolean nowReadable) {
                    readable = nowReadable;
                }

                @Override
                public void close() {
                    isClosed = true;
                }
            };
        }

        @Override
        public CompletionStage<Void> close() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
