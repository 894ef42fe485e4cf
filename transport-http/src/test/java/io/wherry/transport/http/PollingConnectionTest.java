// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Target;
import io.wherry.testkit.Await;
import io.wherry.transport.http.ScriptedServer.Peer;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client's run of polls, against a server that is not ours; the poll interval is longer than any test waits. */
final class PollingConnectionTest {

    private static final String WELCOME = "w a-0 0 - ch new\n\n";

    private final ScriptedServer server = new ScriptedServer();
    private final TestClient client = new TestClient("wherry.http.poll-interval", "1h");
    private final Asking listener = new Asking();
    private final PollingConnection connection = new PollingConnection(
            client.pool(),
            client.context(),
            new Target(server.uri("/wherry"), client.loop(), null, null, Map::of, 1, false),
            listener);

    /** A channel that asks as soon as it has its welcome, and flushes a little later, as the client's does. */
    private final class Asking implements ClientListener {

        private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

        @Override
        public void received(Envelope envelope) {
            if (envelope.kind() == Kind.WELCOME) {
                ask(1);
                client.loop().execute(connection::flush);
            } else if (envelope.kind() == Kind.REPLY) {
                replies.add(envelope.name() + " " + envelope.message().text());
            }
        }

        @Override
        public void receiveComplete() {}

        @Override
        public void alive() {}

        @Override
        public void writable() {}

        @Override
        public void closed(@Nullable Throwable cause) {}

        @Override
        public Position position() {
            return new Position("a", 0, 0);
        }
    }

    @BeforeEach
    void open() {
        client.act(connection::open);
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private void ask(int number) {
        connection.send(Envelope.numbered(number, Kind.REQUEST, "x", null, Message.empty()));
    }

    private static String line(boolean polls) {
        return "POST /wherry/http?channel=ch&connection=1" + (polls ? "&after=a-0" : "") + " HTTP/1.1";
    }

    /** Completes when a poll has come over a connection. */
    private static CompletableFuture<Peer> polled(Peer peer) {
        // A thread for each: one that waits in vain must not keep the other from being started.
        return CompletableFuture.supplyAsync(
                () -> {
                    assertThat(peer.read().line()).isEqualTo(line(true));
                    return peer;
                },
                task -> new Thread(task, "polled").start());
    }

    @Test
    void whatIsAskedAtTheWelcomeGoesWithThePollThatWaitsForIt() {
        Peer peer = server.next();
        peer.read();
        peer.answer(WELCOME);

        assertThat(peer.read()).satisfies(post -> {
            assertThat(post.line()).isEqualTo(line(true));
            assertThat(post.body()).isEqualTo("q 1 0 - x\n\n");
        });
        peer.answer("a - 0 - 1\n\nr a-0.1 2 text 1\nhi\n");
        assertThat(Await.next(listener.replies)).isEqualTo("1 hi");
    }

    @Test
    void whatIsAskedBesideAPollThatWasNotHeldIsPolledForAtOnce() {
        Peer polls = server.next();
        polls.read();
        polls.answer(WELCOME);
        polls.read();
        client.act(() -> {
            ask(2);
            connection.flush();
        });
        Peer beside = server.next();
        assertThat(beside.read().line()).isEqualTo(line(false));
        polls.answer("a - 0 - 1\n\nr a-0.1 2 text 1\nhi\n");
        assertThat(polls.read().body()).isEmpty();
        polls.answer("a - 0 - 1\n\n");

        beside.answer("a - 0 - 2\n\n");

        Peer next = Await.value(polled(polls).applyToEither(polled(beside), peer -> peer));
        next.answer("r a-0.2 3 text 2\nyou\n");
        assertThat(Await.next(listener.replies)).isEqualTo("1 hi");
        assertThat(Await.next(listener.replies)).isEqualTo("2 you");
    }

    @Test
    void whatWasRefusedIsSentAgainOnceThereIsRoom() {
        Peer peer = server.next();
        peer.read();
        peer.answer(WELCOME);
        assertThat(peer.read().body()).isEqualTo("q 1 0 - x\n\n");
        peer.send("HTTP/1.1 429 Too Many Requests\nContent-Length: 0\n\n");

        assertThat(peer.read()).satisfies(post -> {
            assertThat(post.line()).isEqualTo(line(true));
            assertThat(post.body()).isEmpty();
        });
        peer.answer("a - 0 - 0\n\n");

        assertThat(peer.read().body()).isEqualTo("q 1 0 - x\n\n");
        peer.answer("a - 0 - 1\n\nr a-0.1 2 text 1\nhi\n");
        assertThat(Await.next(listener.replies)).isEqualTo("1 hi");
    }
}
