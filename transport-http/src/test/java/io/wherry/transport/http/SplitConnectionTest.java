// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.wherry.Message;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Target;
import io.wherry.transport.http.ScriptedServer.Peer;
import io.wherry.transport.http.ScriptedServer.Request;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stream down and POSTs up, against a server that is not ours. */
final class SplitConnectionTest {

    private static final String HEAD = "HTTP/1.1 200 OK\nContent-Type: test/letters\nTransfer-Encoding: chunked\n\n";

    private final ScriptedServer server = new ScriptedServer();
    private final TestClient client = new TestClient();
    private final RecordingListener listener = new RecordingListener();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    /** Each letter is an envelope: {@code w} a welcome, {@code !} what cannot be read. */
    private static void decode(ByteBuf content, Consumer<Envelope> taker) {
        for (char c : content.toString(StandardCharsets.UTF_8).toCharArray()) {
            if (c == '!') {
                throw new WherryException(io.wherry.ErrorCode.BAD_REQUEST, "letter: !");
            }
            taker.accept(
                    c == 'w'
                            ? Envelope.control(Kind.WELCOME, "id", "new")
                            : Envelope.control(Kind.MESSAGE, Character.toString(c), null));
        }
    }

    private ClientConnection connect() {
        Target target = new Target(
                server.uri("/wherry"), client.loop(), null, null, () -> Map.of("Authorization", "secret"), 1, false);
        AtomicReference<ClientConnection> made = new AtomicReference<>();
        client.act(() -> made.set(SplitConnection.connect(
                client.pool(),
                client.context(),
                target,
                listener,
                new StreamDownlink(
                        client.pool(),
                        client.context(),
                        target,
                        HttpClientRequest.opening(target, "stream"),
                        "test/letters",
                        SplitConnectionTest::decode))));
        return Objects.requireNonNull(made.get());
    }

    private void send(ClientConnection connection, String text) {
        client.act(() -> {
            connection.send(Envelope.numbered(1, Kind.DIRECT, "to", null, Message.of(text)));
            connection.flush();
        });
    }

    /** Begins the response, in one piece with what comes first. */
    private static Peer begin(Peer peer, String letters) {
        return peer.send(HEAD + Integer.toHexString(letters.length()) + "\n" + letters + "\n");
    }

    private static Peer chunk(Peer peer, String letters) {
        return peer.send(Integer.toHexString(letters.length()) + "\n" + letters + "\n");
    }

    @Test
    void comesDownInOneResponseAndGoesUpByPost() {
        ClientConnection connection = connect();
        Peer down = server.next();
        Request get = down.read();
        assertThat(get.line()).isEqualTo("GET /wherry/stream?protocol=wherry.v1&connection=1 HTTP/1.1");
        assertThat(get.head()).containsIgnoringCase("accept: test/letters").contains("Authorization: secret");
        begin(down, "wa");
        listener.expect("WELCOME id", "MESSAGE a", "alive", "complete");

        send(connection, "hello");
        Peer up = server.next();
        Request post = up.read();
        assertThat(post.line()).isEqualTo("POST /wherry/http?channel=id&connection=1 HTTP/1.1");
        assertThat(post.body()).isEqualTo("d 1 5 text to\nhello\n");
        up.answer("a - 0 - 1\n\n");
        listener.expect("ACK 1", "complete");
        chunk(down, "b");
        listener.expect("MESSAGE b", "alive", "complete");
    }

    @Test
    void endsInOrderWithTheResponse() {
        connect();
        Peer down = server.next();
        down.read();
        begin(down, "w").send("0\n\n");
        listener.expectLast("closed null");
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK\nContent-Type: test/letters\nContent-Length: 0\n\n',             unavailable",
        "'HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 1\n\nw',               unavailable",
        "'HTTP/1.1 200 OK\nContent-Length: 1\n\nw',                                        unavailable",
        "'HTTP/1.1 200 OK\nContent-Type: test/letters\nContent-Length: 1\n\n!',            bad-request",
        "'HTTP/1.1 200 OK\nContent-Type: test/letters\nContent-Length: 9\n\nw!',           bad-request",
        "'HTTP/1.1 410 Gone\nContent-Length: 0\n\n',                                       unknown-channel",
        "'HTTP/1.1 401 No\nContent-Length: 24\n\n{\"code\":\"unknown-topic\"}',            unknown-topic",
    })
    void tellsWhatWentWrong(String response, String code) {
        connect();
        Peer down = server.next();
        down.read();
        down.send(response);
        listener.expectLast("closed " + code);
    }

    @Test
    void failsWithAResponseThatBreaksOff() {
        connect();
        Peer down = server.next();
        down.read();
        begin(down, "w");
        listener.expect("WELCOME id");
        down.close();
        listener.expectLast("closed unavailable");
    }

    @Test
    void failsWithAPostThatFails() {
        ClientConnection connection = connect();
        Peer down = server.next();
        down.read();
        begin(down, "w");
        listener.expect("WELCOME id");
        send(connection, "hello");
        Peer up = server.next();
        up.read();
        up.send("HTTP/1.1 410 Gone\nContent-Length: 0\n\n");
        listener.expectLast("closed unknown-channel");
        down.expectEnd();
    }

    @Test
    void closesAfterWhatWasSent() {
        ClientConnection connection = connect();
        Peer down = server.next();
        down.read();
        begin(down, "w");
        listener.expect("WELCOME id", "alive", "complete");
        send(connection, "last");
        client.act(connection::close);
        client.act(connection::close);
        down.expectEnd();
        Peer up = server.next();
        assertThat(up.read().body()).contains("last");
        assertThat(listener.heard()).isEmpty();
        up.answer("a - 0 - 1\n\n");
        listener.expectLast("closed null");
        assertThat(listener.heard()).isEmpty();
    }

    @Test
    void closesBeforeItIsOpen() {
        ClientConnection connection = connect();
        client.act(connection::close);
        listener.expect("closed null");
        client.act(() -> {});
        assertThat(listener.heard()).isEmpty();
    }

    @Test
    void isNotReadWhileNothingIsWelcome() {
        ClientConnection connection = connect();
        Peer down = server.next();
        down.read();
        begin(down, "w");
        listener.expect("WELCOME id", "alive", "complete");
        client.act(() -> connection.readable(false));
        chunk(down, "a");
        send(connection, "still goes up");
        server.next().read();
        assertThat(listener.heard()).isEmpty();
        client.act(() -> connection.readable(true));
        listener.expect("MESSAGE a", "alive", "complete");
    }
}
