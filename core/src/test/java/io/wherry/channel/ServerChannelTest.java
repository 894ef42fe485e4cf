// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.Acceptor;
import io.wherry.spi.Acceptor.Attachment;
import io.wherry.spi.Acceptor.Reading;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Environment;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import io.wherry.spi.Loops;
import io.wherry.spi.ServerContext;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Transport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server's channel and its connections, on two loops whose tasks run when the test says so. */
@Timeout(10)
final class ServerChannelTest {

    private static final String ANSWER = "h - 0 - !\n";

    private final ManualLoop home = new ManualLoop();
    private final ManualLoop other = new ManualLoop();
    private final Scripted transport = new Scripted();
    private final Server server = Wherry.server()
            .transports("scripted")
            .transport(transport)
            .environment(new Environment(Loops.given(List.of(home, other)), home, new Random(7), home::nanoTime))
            .build()
            .start();

    private final Peer first = new Peer(home);
    private String channelId = "";
    private Position position = new Position("a", 0, 0);

    private void open() {
        first.attach(attachment(null, 1, false, true));
        runAll();
        String[] welcome = first.written.toString().split(" ", -1);
        position = Position.parse(welcome[1]);
        channelId = welcome[4];
        first.written.setLength(0);
    }

    private Attachment attachment(@Nullable String id, long connection, boolean standby, boolean welcome) {
        Start start = id == null ? Start.now() : Start.after(position);
        Handshake handshake = new Handshake("scripted", null, Map.of(), Map.of());
        return new Attachment(() -> handshake, null, id, start, List.of(), true, welcome, connection, standby);
    }

    /** Opens a connection of the channel that stands by. */
    private Peer standby(Loop loop, long number) {
        Peer peer = new Peer(loop);
        peer.attach(attachment(channelId, number, true, true));
        runAll();
        assertThat(peer.written.toString()).startsWith("w ");
        peer.written.setLength(0);
        return peer;
    }

    private static Envelope question(long number) {
        return Envelope.control(Kind.HEARTBEAT, "?", Long.toString(number));
    }

    private Envelope take(long number) {
        return Envelope.control(Kind.TAKE, Long.toString(number), position.toString());
    }

    private void runAll() {
        while (home.runOne() | other.runOne()) {
            // until nothing is left
        }
    }

    @Test
    void aConnectionThatWasFullIsAnsweredAsSoonAsItTakesMore() {
        open();
        first.writable = false;
        first.receive(question(1));
        first.receive(Envelope.numbered(1, Kind.SUBSCRIBE, "nothing", null, Message.empty()));
        runAll();
        assertThat(first.written.toString()).isEmpty();

        first.writable = true;
        first.listener().writable();
        runAll();
        assertThat(first.written.toString()).contains(ANSWER, "a - 0 - 1\n");
    }

    /** Its peer may know that it is let in before the loop gets to it. */
    @Test
    void aPlainReaderIsGivenWhatIsPublishedFromTheTimeItIsLetIn() {
        server.topic("topic").publish(Message.of("before"));
        Peer newest = reader(Start.now());
        Peer some = reader(Start.last(1));

        server.topic("topic").publish(Message.of("after"));
        runAll();

        assertThat(newest.written.toString()).contains("after").doesNotContain("before");
        assertThat(some.written.toString()).contains("before", "after");
    }

    private Peer reader(Start start) {
        Peer peer = new Peer(home);
        peer.listener = transport.context().acceptor().read(new Reading(null, List.of("topic"), start), peer);
        return peer;
    }

    @Test
    void aServerThatStopsDoesNotWaitForAClientWhoseConnectionEndsMeanwhile() {
        open();
        first.writable = false;
        CompletableFuture<Void> stopped = server.closeAsync().toCompletableFuture();
        runAll();
        assertThat(stopped).isNotDone();

        first.listener().closed(null);
        runAll();
        assertThat(stopped).isCompleted();
    }

    @Test
    void aStandbyThatDoesNotReadIsWrittenNothingMore() {
        open();
        Peer standby = standby(other, 2);
        standby.receive(question(2));
        runAll();
        assertThat(standby.written.toString()).isEqualTo(ANSWER);

        standby.writable = false;
        for (int i = 0; i < 100; i++) {
            standby.receive(question(2));
        }
        runAll();
        assertThat(standby.written.toString()).isEqualTo(ANSWER);
    }

    @Test
    void aConnectionThatWasGivenUpDoesNotPushANewerOneFromStandby() {
        open();
        Peer standby = standby(other, 4);
        Peer delayed = new Peer(home);
        delayed.attach(attachment(channelId, 2, true, true));
        Peer delayedPoll = new Peer(home);
        delayedPoll.attach(attachment(channelId, 3, false, false));
        runAll();
        assertThat(delayed.closedFor()).isEqualTo(ErrorCode.SUPERSEDED);
        assertThat(delayedPoll.closedFor()).isEqualTo(ErrorCode.SUPERSEDED);
        assertThat(first.closed).isFalse();

        standby.receive(take(4));
        runAll();
        assertThat(first.closedFor()).isEqualTo(ErrorCode.SUPERSEDED);
        assertThat(standby.closed).isFalse();
        assertThat(standby.written.toString()).isEqualTo("t - 0 - 4\n");
    }

    @Test
    void aRunOfPollsIsToldThatItHasTakenOverUntilItSaysThatItKnows() {
        open();
        Peer standby = standby(home, 2);
        standby.listener().closed(null);
        Acceptor acceptor = transport.context().acceptor();
        acceptor.uplink(null, channelId, 2, List.of(take(2)));
        Envelope received = Envelope.control(Kind.ACK, position.toString(), null);
        acceptor.uplink(null, channelId, 1, List.of(received)); // sent before, by the connection before
        runAll();
        assertThat(poll(2)).isEqualTo("t - 0 - 2\n");
        assertThat(poll(2)).isEqualTo("t - 0 - 2\n");

        acceptor.uplink(null, channelId, 2, List.of(received));
        runAll();
        assertThat(poll(2)).isEmpty();
    }

    /** Makes a poll, and returns what it brings at once. */
    private String poll(long number) {
        Peer poll = new Peer(home);
        poll.attach(attachment(channelId, number, false, false));
        runAll();
        String written = poll.written.toString();
        poll.listener().closed(null);
        runAll();
        return written;
    }

    @Test
    void aChannelThatEndsWhileItMovesLeavesNoConnectionOpen() {
        open();
        Peer standby = standby(other, 2);
        Acceptor acceptor = transport.context().acceptor();
        acceptor.uplink(null, channelId, 2, List.of(take(2), Envelope.control(Kind.END, Envelope.NO_NAME, null)));
        runAll();
        assertThat(server.channels()).isEmpty();
        assertThat(first.closed).isTrue();
        assertThat(standby.closed).isTrue();
    }

    /** The server's end of a connection, and what was written to it. */
    private final class Peer implements Connection {

        private final Loop loop;
        private final StringBuilder written = new StringBuilder();
        private @Nullable ConnectionListener listener;
        private @Nullable WherryException reason;
        private boolean writable = true;
        private boolean closed;

        Peer(Loop loop) {
            this.loop = loop;
        }

        void attach(Attachment attachment) {
            listener = transport.context().acceptor().attach(attachment, this);
        }

        ConnectionListener listener() {
            return Objects.requireNonNull(listener, "listener");
        }

        void receive(Envelope envelope) {
            listener().received(envelope);
            listener().receiveComplete();
        }

        @Nullable ErrorCode closedFor() {
            return reason == null ? null : reason.code();
        }

        @Override
        public String transport() {
            return "scripted";
        }

        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public Framing framing() {
            return Envelope::writeTo;
        }

        @Override
        public boolean isWritable() {
            assertThat(loop.inLoop()).isTrue();
            return writable && !closed;
        }

        @Override
        public void write(ByteBuf envelopes) {
            assertThat(loop.inLoop()).isTrue();
            if (!closed) {
                written.append(envelopes.toString(StandardCharsets.UTF_8));
            }
        }

        @Override
        public void flush() {
            assertThat(loop.inLoop()).isTrue();
        }

        @Override
        public void heartbeat() {}

        @Override
        public void readable(boolean readable) {}

        @Override
        public void close(@Nullable WherryException why) {
            assertThat(loop.inLoop()).isTrue();
            if (!closed) {
                closed = true;
                reason = why;
                listener().closed(null);
            }
        }
    }

    /** A transport whose connections the test makes. */
    private static final class Scripted implements Transport {

        private @Nullable ServerContext context;

        ServerContext context() {
            return Objects.requireNonNull(context, "context");
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
            return given -> context = given;
        }

        @Override
        public ClientTransport client(Config config) {
            throw new UnsupportedOperationException();
        }
    }
}
