// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Target;
import io.wherry.testkit.Await;
import io.wherry.transport.http.ScriptedServer.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's stream in gzip, from a server that is not ours. */
class GzipDownlinkTest {

    private static final String HEAD = "HTTP/1.1 200 OK\nContent-Type: test/letters\n";

    private final ScriptedServer server = new ScriptedServer();
    private final TestClient client = new TestClient("wherry.http.compression", "true");
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final AtomicReference<ClientConnection> connection = new AtomicReference<>();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    /** Keeps what a channel would hear; at a {@code |} it has enough for now. */
    private final class Recording implements ClientListener {

        @Override
        public void received(Envelope envelope) {
            heard.add(envelope.name());
            if (envelope.name().equals("|")) {
                connection().readable(false);
            }
        }

        @Override
        public void receiveComplete() {}

        @Override
        public void alive() {}

        @Override
        public void writable() {}

        @Override
        public void closed(@Nullable Throwable cause) {
            heard.add("closed " + (cause instanceof WherryException e ? e.code().text() : cause));
        }

        @Override
        public @Nullable Position position() {
            return null;
        }
    }

    private ClientConnection connection() {
        return Objects.requireNonNull(connection.get(), "connection");
    }

    /** Each letter is an envelope, {@code w} a welcome, but for points. */
    private static void decode(ByteBuf content, Consumer<Envelope> taker) {
        for (char c : content.toString(StandardCharsets.UTF_8).toCharArray()) {
            if (c != '.') {
                taker.accept(
                        c == 'w'
                                ? Envelope.control(Kind.WELCOME, "id", "new")
                                : Envelope.control(Kind.MESSAGE, Character.toString(c), null));
            }
        }
    }

    /** Connects and answers the request. */
    private Peer answer(String headers, byte[] body) {
        Target target = new Target(server.uri("/wherry"), client.loop(), null, null, Map::of, 1, false);
        client.act(() -> connection.set(SplitConnection.connect(
                client.pool(),
                client.context(),
                target,
                new Recording(),
                new StreamDownlink(
                        client.pool(),
                        client.context(),
                        target,
                        HttpClientRequest.opening(target, "stream"),
                        "test/letters",
                        GzipDownlinkTest::decode))));
        Peer peer = server.next();
        assertThat(peer.read().head()).containsIgnoringCase("accept-encoding: gzip\r\n");
        return peer.send(HEAD + headers + "Content-Length: " + body.length + "\n\n")
                .sendBytes(body);
    }

    private void expect(String... events) {
        for (String event : events) {
            assertThat(Await.next(heard)).isEqualTo(event);
        }
    }

    private static byte[] gzip(String content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    @Test
    void inflatesTheResponse() {
        answer("Content-Encoding: gzip\n", gzip("w...ab"));
        expect("id", "a", "b", "closed null");
    }

    @Test
    void takesAResponseAsItIs() {
        answer("", "wab".getBytes(StandardCharsets.UTF_8));
        expect("id", "a", "b", "closed null");
    }

    @Test
    void refusesAnotherCoding() {
        answer("Content-Encoding: br\n", gzip("wab"));
        expect("closed " + ErrorCode.UNAVAILABLE.text());
    }

    @Test
    void takesNoMoreThanIsWelcome() {
        answer("Content-Encoding: gzip\n", gzip("wa" + ".".repeat(20_000) + "b|" + ".".repeat(20_000) + "c|d"));
        expect("id", "a", "b", "|");
        // What is left of the piece that was inflated comes still; the others wait, and so does the end.
        client.act(() -> assertThat(heard).doesNotContain("c"));
        client.act(() -> connection().readable(true));
        expect("c", "|", "d");
        client.act(() -> assertThat(heard).isEmpty());
        client.act(() -> connection().readable(true));
        expect("closed null");
    }

    @Test
    void failsWhereTheStreamIsNotWhole() {
        byte[] whole = gzip("wab");
        answer("Content-Encoding: gzip\n", Arrays.copyOf(whole, whole.length - 3));
        expect("id", "a", "b", "closed " + ErrorCode.UNAVAILABLE.text());
    }

    @Test
    void failsWhereTheStreamIsBroken() {
        byte[] broken = gzip("wab");
        broken[broken.length - 1] ^= 1;
        answer("Content-Encoding: gzip\n", broken);
        expect("id", "a", "b", "closed " + ErrorCode.UNAVAILABLE.text());
    }

    @Test
    void givesABombUp() {
        answer("Content-Encoding: gzip\n", gzip("wa" + ".".repeat(20_000_000)));
        expect("id", "a", "closed " + ErrorCode.TOO_LARGE.text());
    }
}
