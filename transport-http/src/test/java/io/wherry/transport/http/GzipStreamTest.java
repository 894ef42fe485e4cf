// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import io.wherry.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams in gzip, between a channel layer that is a mock and a decoder that is not ours. */
class GzipStreamTest {

    private static final Position START = Position.parse("e-7");
    private static final String LONG = "much of the same, ".repeat(300);

    private final TestServer server = new TestServer();
    private final BlockingQueue<Connection> connections = new ArrayBlockingQueue<>(8);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        server.close();
    }

    private void serve(long maxBytes) {
        Framing content = RawFraming.of(Delimiter.LF);
        StreamStyle style = new StreamStyle(
                "text/plain",
                content,
                Delimiter.LF.chunkedRaw(),
                GzipFraming.of(
                                TestServer.config(Map.of(
                                        "wherry.http.compression", "true", "wherry.http.compression-threshold", "100")),
                                content)
                        .get(content),
                "first\n",
                "!\n",
                StreamStyle.NO_FAREWELL,
                maxBytes);
        ConnectionListener listener = mock(ConnectionListener.class);
        when(listener.position()).thenReturn(START);
        when(server.acceptor().read(any(), any())).thenAnswer(call -> {
            connections.add(call.getArgument(1));
            return listener;
        });
        server.route(
                        "stream",
                        exchange -> StreamConnection.answer(exchange, "stream", ReadingRequest.of(exchange), style))
                .bind();
    }

    private CompletableFuture<HttpResponse<byte[]>> get(String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.uri("/wherry/stream?topic=t")).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static ByteBuf encode(Connection connection, Kind kind, String... texts) {
        ByteBuf bytes = Unpooled.buffer();
        for (String text : texts) {
            connection.framing().encode(Envelope.at(START, kind, "t", null, Message.of(text)), bytes);
        }
        return bytes;
    }

    /** What a decoder of the JDK's makes of a response; it checks the trailer. */
    private static String decode(HttpResponse<byte[]> response) throws IOException {
        assertThat(response.headers().firstValue("content-encoding")).contains("gzip");
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void carriesAllThatAStreamDoes() throws Exception {
        serve(StreamStyle.ENDLESS);
        CompletableFuture<HttpResponse<byte[]>> response = get("Accept-Encoding", "gzip, deflate");
        Connection connection = Await.next(connections);
        connection.loop().execute(() -> {
            connection.flush();
            connection.write(encode(connection, Kind.MESSAGE, "short", LONG, "", LONG));
            connection.flush();
            connection.heartbeat();
            connection.write(encode(connection, Kind.MESSAGE, LONG));
            connection.close(null);
        });

        assertThat(decode(Await.value(response)))
                .isEqualTo("first\nshort\n" + LONG + "\n\n" + LONG + "\n!\n" + LONG + "\n");
        assertThat(Await.value(response).body()).hasSizeLessThan(LONG.length());
        assertThat(Await.value(response).headers().allValues("vary")).contains("accept-encoding");
    }

    /** Each has been given other bytes before, so that their trailers differ; the run is the same memory. */
    @Test
    void servesManyStreamsWithTheSameBytes() throws Exception {
        serve(StreamStyle.ENDLESS);
        List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
        List<Connection> members = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            responses.add(get("Accept-Encoding", "gzip"));
            Connection member = Await.next(connections);
            String before = "to " + i + " alone";
            member.loop().execute(() -> member.write(encode(member, Kind.MESSAGE, before)));
            members.add(member);
        }
        members.get(0).loop().execute(() -> {
            for (int turn = 0; turn < 3; turn++) {
                ByteBuf run = encode(members.get(0), Kind.MESSAGE, LONG + turn, "short");
                for (Connection member : members) {
                    member.write(run);
                    member.flush();
                }
                run.release();
            }
            members.forEach(member -> member.close(null));
        });

        for (int i = 0; i < 6; i++) {
            assertThat(decode(Await.value(responses.get(i))))
                    .isEqualTo("first\nto " + i + " alone\n" + LONG + "0\nshort\n" + LONG + "1\nshort\n" + LONG
                            + "2\nshort\n");
        }
    }

    @Test
    void endsWithATrailerAfterItsBytes() throws Exception {
        serve(10_000);
        CompletableFuture<HttpResponse<byte[]>> response = get("Accept-Encoding", "gzip");
        Connection connection = Await.next(connections);
        connection.loop().execute(() -> {
            for (int i = 0; i < 10; i++) {
                connection.write(encode(connection, Kind.MESSAGE, LONG));
                connection.flush();
            }
        });

        assertThat(decode(Await.value(response))).isEqualTo("first\n" + LONG + "\n" + LONG + "\n");
    }

    @Test
    void endsWithATrailerWhenTheServerStops() throws Exception {
        serve(StreamStyle.ENDLESS);
        CompletableFuture<HttpResponse<byte[]>> response = get("Accept-Encoding", "gzip");
        Connection connection = Await.next(connections);
        CompletableFuture<Void> written = new CompletableFuture<>();
        connection.loop().execute(() -> {
            connection.write(encode(connection, Kind.MESSAGE, LONG));
            connection.flush();
            written.complete(null);
        });
        Await.value(written);
        server.close();

        assertThat(decode(Await.value(response))).isEqualTo("first\n" + LONG + "\n");
    }

    @Test
    void isAsItIsForOthers() throws Exception {
        serve(StreamStyle.ENDLESS);
        CompletableFuture<HttpResponse<byte[]>> response = get("Accept-Encoding", "br, gzip;q=0");
        Connection connection = Await.next(connections);
        connection.loop().execute(() -> {
            connection.write(encode(connection, Kind.MESSAGE, LONG));
            connection.close(null);
        });

        assertThat(Await.value(response).headers().firstValue("content-encoding"))
                .isEmpty();
        assertThat(Await.value(response).headers().allValues("vary")).contains("accept-encoding");
        assertThat(new String(Await.value(response).body(), StandardCharsets.UTF_8))
                .isEqualTo("first\n" + LONG + "\n");
    }

    @Test
    void isAsItIsForHttp10() {
        serve(StreamStyle.ENDLESS);
        try (RawClient old = server.connect().send("GET /wherry/stream?topic=t HTTP/1.0\nAccept-Encoding: gzip\n\n")) {
            Connection connection = Await.next(connections);
            connection.loop().execute(() -> {
                connection.write(encode(connection, Kind.MESSAGE, "text"));
                connection.close(null);
            });
            assertThat(old.readHead().headers()).doesNotContainKey("content-encoding");
            assertThat(old.readToEnd()).isEqualTo("first\ntext\n");
        }
    }

    @Test
    void tellsItInTheAnswerToHead() {
        serve(StreamStyle.ENDLESS);
        try (RawClient head = server.connect().request("HEAD", "/wherry/stream?topic=t", "Accept-Encoding: gzip")) {
            assertThat(head.readHead().header("content-encoding")).isEqualTo("gzip");
        }
    }
}
