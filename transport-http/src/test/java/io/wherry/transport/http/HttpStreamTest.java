// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.testkit.Await;
import io.wherry.transport.http.RawClient.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers that go on. */
final class HttpStreamTest {

    private final BlockingQueue<HttpExchange> begun = new ArrayBlockingQueue<>(10);
    private final TestServer server = new TestServer("wherry.limits.idle-time", "200ms").route("stream", begun::add);

    @AfterEach
    void close() {
        server.close();
    }

    private Begun begin() {
        return Begun.next(begun);
    }

    @Test
    void goesOnInChunksAndKeepsTheConnection() {
        try (RawClient client = server.bind().connect()) {
            client.get("/wherry/stream");
            Begun stream = begin();
            assertThat(stream.stream().isChunked()).isTrue();
            stream.write("one");
            Response head = client.readHead();
            assertThat(head.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(head.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(head.header("Cache-Control")).isEqualTo("no-store");
            assertThat(client.readChunk()).isEqualTo("one");
            stream.write("two");
            stream.act(stream.stream()::end);
            assertThat(client.readChunk()).isEqualTo("two");
            assertThat(client.readChunk()).isEmpty();
            assertThat(Await.next(stream.told())).isEqualTo(Optional.empty());

            client.get("/wherry/stream");
            Begun second = begin();
            second.write("again");
            second.act(second.stream()::end);
            assertThat(client.read().body()).isEqualTo("again");
        }
    }

    @Test
    void writesWhatIsFramedAlready() {
        ChunkedFraming framing = Delimiter.LF.chunkedRaw();
        ByteBuf bytes = Unpooled.buffer();
        for (String text : new String[] {"a", "größer", "x".repeat(70_000)}) {
            framing.encode(Envelope.at(Position.parse("e-1"), Kind.MESSAGE, "time", null, Message.of(text)), bytes);
        }
        framing.encode(Envelope.control(Kind.HEARTBEAT, Envelope.NO_NAME, null), bytes);
        try (RawClient client = server.bind().connect()) {
            client.get("/wherry/stream");
            Begun stream = begin();
            stream.act(() -> {
                stream.stream().write(bytes);
                stream.stream().flush();
                stream.stream().end();
            });
            assertThat(client.read().body()).isEqualTo("a\ngrößer\n" + "x".repeat(70_000) + "\n");
            assertThat(bytes.refCnt()).isEqualTo(1);
            assertThat(stream.stream().written()).isEqualTo(bytes.readableBytes());
        }
    }

    @Test
    void endsTheConnectionForHttp10() {
        try (RawClient client = server.bind().connect()) {
            client.send("GET /wherry/stream HTTP/1.0\nConnection: keep-alive\n\n");
            Begun stream = begin();
            assertThat(stream.stream().isChunked()).isFalse();
            stream.write("one");
            stream.write("two");
            stream.act(stream.stream()::end);
            Response response = client.read();
            assertThat(response.header("Transfer-Encoding")).isEmpty();
            assertThat(response.header("Connection")).isEqualTo("close");
            assertThat(response.body()).isEqualTo("onetwo");
        }
    }

    @Test
    void hasNoBodyForHead() {
        try (RawClient client = server.bind().connect()) {
            client.request("HEAD", "/wherry/stream");
            Begun stream = begin();
            assertThat(Await.next(stream.told())).isEqualTo(Optional.empty());
            stream.write("nobody sees this");
            assertThat(client.readHead().status()).isEqualTo(200);
            client.get("/wherry/stream");
            Begun second = begin();
            second.act(second.stream()::end);
            assertThat(client.read().body()).isEmpty();
        }
    }

    @Test
    void noticesThatThePeerGoesAway() {
        RawClient client = server.bind().connect();
        client.get("/wherry/stream");
        Begun stream = begin();
        stream.write("one");
        client.readHead();
        client.close();

        assertThat(Await.next(stream.told())).isInstanceOf(Optional.class);
        stream.write("nobody sees this");
        stream.act(stream.stream()::end);
        assertThat(stream.stream().isWritable()).isFalse();
    }

    @Test
    void isNotWritableWhileThePeerDoesNotRead() {
        try (RawClient client = server.bind().connect()) {
            client.get("/wherry/stream");
            Begun stream = begin();
            int pieces = 0;
            String piece = "x".repeat(64 * 1024);
            while (!isStuck(stream)) {
                stream.write(piece);
                pieces++;
            }
            stream.act(stream.stream()::end);
            assertThat(client.read().body()).hasSize(pieces * piece.length());
        }
    }

    /** Whether the stream is not writable in a turn of its loop that comes after all writes so far. */
    private static boolean isStuck(Begun stream) {
        BlockingQueue<Boolean> writable = new ArrayBlockingQueue<>(1);
        stream.act(() -> writable.add(stream.stream().isWritable()));
        return !Await.next(writable);
    }

    @Test
    void tellsThatThePeerReadsAgain() {
        try (RawClient client = server.bind().connect()) {
            client.get("/wherry/stream");
            Begun stream = begin();
            int pieces = 0;
            String piece = "x".repeat(64 * 1024);
            while (!isStuck(stream)) {
                stream.write(piece);
                pieces++;
            }
            client.readHead();
            for (int i = 0; i < pieces; i++) {
                client.readChunk();
            }
            assertThat(Await.next(stream.told())).isEqualTo("writable");
        }
    }

    @Test
    void isNotEndedForBeingIdle() throws Exception {
        try (RawClient client = server.bind().connect()) {
            client.get("/wherry/stream");
            Begun stream = begin();
            stream.write("one");
            client.readHead();
            client.readChunk();
            CountDownLatch later = new CountDownLatch(1);
            stream.act(() -> stream.exchange().loop().schedule(later::countDown, 500_000_000));
            Await.open(later);
            stream.write("two");
            assertThat(client.readChunk()).isEqualTo("two");
        }
    }

    @Test
    void endsWhenThePortStops() {
        try (RawClient client = server.bind().connect()) {
            client.get("/wherry/stream");
            Begun stream = begin();
            stream.write("one");
            var closed = server.httpPort().close(Duration.ofSeconds(5));
            assertThat(client.read().body()).isEqualTo("one");
            client.expectEnd();
            Await.value(closed);
        }
    }
}
