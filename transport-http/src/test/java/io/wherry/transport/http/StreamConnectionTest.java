// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.testkit.Await;
import io.wherry.transport.http.RawClient.Response;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream between a channel layer that is a mock and a client that is not ours. */
final class StreamConnectionTest {

    private static final Position START = Position.parse("e-7");

    private final TestServer server = new TestServer();
    private final ConnectionListener listener = mock(ConnectionListener.class);
    private final BlockingQueue<Connection> connections = new ArrayBlockingQueue<>(1);

    @AfterEach
    void close() {
        server.close();
    }

    /** Serves streams with {@code first} before all else and {@code !} as heartbeat. */
    private RawClient connect(long maxBytes) {
        StreamStyle style = new StreamStyle(
                "text/plain",
                RawFraming.of(Delimiter.LF),
                Delimiter.LF.chunkedRaw(),
                null,
                "first\n",
                "!\n",
                StreamStyle.NO_FAREWELL,
                maxBytes);
        when(listener.position()).thenReturn(START);
        when(server.acceptor().read(any(), any())).thenAnswer(call -> taken(call.getArgument(1)));
        when(server.acceptor().attach(any(), any())).thenAnswer(call -> taken(call.getArgument(1)));
        return server.route(
                        "stream",
                        exchange -> StreamConnection.answer(exchange, "stream", ReadingRequest.of(exchange), style))
                .bind()
                .connect();
    }

    private ConnectionListener taken(Connection connection) {
        connections.add(connection);
        return listener;
    }

    /** Does something with the connection, on its loop and after the transport has had its turn. */
    private void act(Consumer<Connection> action) {
        Connection connection = Await.next(connections);
        connection.loop().execute(() -> action.accept(connection));
        connections.add(connection);
    }

    private static void write(Connection connection, String text) {
        ByteBuf bytes = Unpooled.buffer();
        connection.framing().encode(Envelope.at(START, Kind.MESSAGE, "t", null, Message.of(text)), bytes);
        connection.write(bytes);
        connection.flush();
    }

    @Test
    void isWritableOnlyOnceItHasToldWhereItStarts() {
        try (RawClient client = connect(StreamStyle.ENDLESS).get("/wherry/stream?topic=t")) {
            BlockingQueue<Boolean> writable = new ArrayBlockingQueue<>(2);
            act(connection -> {
                writable.add(connection.isWritable());
                connection.flush();
                writable.add(connection.isWritable());
            });
            Response head = client.readHead();
            assertThat(head.header("Wherry-Position")).isEqualTo("e-7");
            assertThat(head.header("Cache-Control")).isEqualTo("no-cache, no-transform");
            assertThat(client.readChunk()).isEqualTo("first\n");
            assertThat(Await.next(writable)).isFalse();
            assertThat(Await.next(writable)).isTrue();
            verify(listener).writable();
        }
    }

    @Test
    void beginsWithTheFirstWrite() {
        try (RawClient client = connect(StreamStyle.ENDLESS).get("/wherry/stream?protocol=wherry.v1")) {
            act(connection -> write(connection, "welcome"));
            assertThat(client.readHead().headers()).doesNotContainKey("wherry-position");
            assertThat(client.readChunk()).isEqualTo("first\n");
            assertThat(client.readChunk()).isEqualTo("welcome\n");
            act(Connection::heartbeat);
            assertThat(client.readChunk()).isEqualTo("!\n");
        }
    }

    @Test
    void endsOnceItHasHadItsBytes() {
        try (RawClient client = connect(100).get("/wherry/stream?topic=t")) {
            BlockingQueue<Boolean> writable = new ArrayBlockingQueue<>(2);
            act(connection -> {
                connection.flush();
                write(connection, "short");
                writable.add(connection.isWritable());
                write(connection, "x".repeat(100));
                writable.add(connection.isWritable());
                write(connection, "too late");
                connection.heartbeat();
            });
            assertThat(client.read().body()).isEqualTo("first\nshort\n" + "x".repeat(100) + "\n");
            assertThat(Await.next(writable)).isTrue();
            assertThat(Await.next(writable)).isFalse();
            verify(listener, timeout(15_000)).closed(null);

            client.get("/wherry/nowhere");
            assertThat(client.read().status()).isEqualTo(404);
        }
    }

    @Test
    void refusesWithAStatusWhileNothingHasBegun() {
        try (RawClient client = connect(StreamStyle.ENDLESS).get("/wherry/stream?channel=gone&after=e-1")) {
            act(connection -> connection.close(new WherryException(ErrorCode.UNKNOWN_CHANNEL, "gone")));
            Response problem = client.read();
            assertThat(problem.status()).isEqualTo(410);
            assertThat(problem.body()).contains("unknown-channel");
            verify(listener, timeout(15_000)).closed(null);
        }
    }

    @Test
    void endsInOrderAfterItHasBegun() {
        try (RawClient client = connect(StreamStyle.ENDLESS).get("/wherry/stream?topic=t")) {
            act(connection -> {
                write(connection, "last");
                connection.close(new WherryException(ErrorCode.CLOSED, "closed"));
                connection.close(null);
                write(connection, "too late");
            });
            assertThat(client.read().body()).isEqualTo("first\nlast\n");
            verify(listener, timeout(15_000)).closed(null);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsThatThePeerWentAway(boolean begun) {
        RawClient client = connect(StreamStyle.ENDLESS).get("/wherry/stream?topic=t");
        if (begun) {
            act(Connection::flush);
            client.readHead();
        } else {
            act(connection -> {});
        }
        client.close();
        verify(listener, timeout(15_000)).closed(any());
        act(connection -> {
            write(connection, "nobody sees this");
            connection.heartbeat();
            connection.close(null);
        });
        if (begun) {
            inOrder(listener).verify(listener).writable();
        }
    }

    @Test
    void opensNothingForHead() {
        try (RawClient client = connect(StreamStyle.ENDLESS).request("HEAD", "/wherry/stream?topic=t")) {
            Response head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Type")).isEqualTo("text/plain");
            assertThat(connections).isEmpty();
        }
    }
}
