// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import io.wherry.transport.websocket.Http2Socket.Stream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** WebSockets on streams of HTTP/2 (RFC 8441). */
final class Http2WebSocketTest {

    private static final int CLOSE = Frames.FIN | Frames.CLOSE;

    private final Server server = Wherry.server()
            .transports("websocket")
            .set("wherry.host", "127.0.0.1")
            .set("wherry.websocket.compression", "true")
            .port(0)
            .build();
    private final BlockingQueue<Channel> closed = new LinkedBlockingQueue<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final AtomicInteger handled = new AtomicInteger();
    private Topic time;
    private Http2Socket connection;

    @BeforeEach
    void start() {
        server.onMessage("echo", (channel, message) -> channel.send("echo", message));
        server.onMessage("slow", (channel, message) -> {
            Await.open(ready);
            if (handled.incrementAndGet() == 40) {
                channel.send("slow", Message.of("all"));
            }
        });
        server.onOpen(channel -> channel.onClose(reason -> closed.add(channel)));
        time = server.topic("time");
        server.start();
        connection = new Http2Socket(server.port());
    }

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private Stream open(String query, String... namesAndValues) {
        return connection.open(connection.connect("/wherry/websocket" + query, namesAndValues));
    }

    @Test
    void isOffered() {
        assertThat(connection.settings().connectProtocolEnabled()).isTrue();
    }

    @Test
    void servesAPlainReader() {
        Await.value(time.publish(Message.of("12:00")));
        Stream reader = open("?topic=time&last=1");
        Http2Headers head = reader.head();
        assertThat(head.status().toString()).isEqualTo("200");
        assertThat(head.names())
                .extracting(CharSequence::toString)
                .doesNotContain(
                        "upgrade",
                        "connection",
                        "sec-websocket-accept",
                        "sec-websocket-protocol",
                        "sec-websocket-extensions",
                        "content-length");
        assertThat(reader.text()).isEqualTo("12:00");
        time.publish(Message.of("12:01"));
        assertThat(reader.text()).isEqualTo("12:01");
    }

    @Test
    void carriesAChannel() {
        Stream channel = open("", "sec-websocket-protocol", "other, wherry.v1");
        assertThat(String.valueOf(channel.head().get("sec-websocket-protocol"))).isEqualTo("wherry.v1");
        assertThat(channel.text()).startsWith("w ");
        channel.send("d 1 5 text echo\nhello");
        List<String> answers = List.of(channel.text(), channel.text());
        assertThat(answers).anyMatch(text -> text.startsWith("d ") && text.endsWith("\nhello"));
        assertThat(answers).anyMatch(text -> text.startsWith("a - 0 - 1"));
    }

    @Test
    void agreesOnCompression() {
        Await.value(time.publish(Message.of("much of the same ".repeat(500))));
        Stream reader = open("?topic=time&last=1", "sec-websocket-extensions", "permessage-deflate");
        assertThat(String.valueOf(reader.head().get("sec-websocket-extensions")))
                .startsWith("permessage-deflate");
        assertThat(reader.frame(Frames.FIN | Frames.RSV1 | Frames.TEXT).length).isBetween(10, 500);
    }

    /** A reader that reads. */
    private Stream reader() {
        Stream reader = open("?topic=time&last=1");
        assertThat(reader.status()).isEqualTo(200);
        assertThat(reader.text()).isEqualTo("go");
        return reader;
    }

    /** Frames may come behind the request at once, also in pieces. */
    @Test
    void takesWhatComesBeforeItHasAnswered() {
        Stream sender = open("?to=echo");
        sender.send("early");
        sender.send("x".repeat(100_000));
        assertThat(sender.status()).isEqualTo(200);
        assertThat(sender.text()).isEqualTo("early");
        assertThat(sender.text()).hasSize(100_000);
    }

    @Test
    void refusesWhatIsNoSuchHandshake() {
        assertThat(open("?topic=time", "sec-websocket-version", "8").status()).isEqualTo(426);
        assertThat(open("?topic=time", ":protocol", "connect-udp").status()).isEqualTo(501);
        assertThat(open("?topic=time", "origin", "http://elsewhere.example").status())
                .isEqualTo(403);
        Stream unknown = open("?topic=unknown");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(new String((byte[]) unknown.next(), StandardCharsets.UTF_8)).contains("unknown-topic");
        assertThat(unknown.next()).isEqualTo("end");
        assertThat(unknown.next()).isEqualTo(Http2Error.NO_ERROR);
        assertThat(connection
                        .open(connection.connect("/wherry/http?topic=time"))
                        .status())
                .isEqualTo(405);
        Http2Headers get = new DefaultHttp2Headers();
        connection.connect("/wherry/websocket?topic=time").forEach(field -> {
            if (!field.getKey().toString().equals(":protocol")) {
                get.set(field.getKey(), field.getValue());
            }
        });
        assertThat(connection.open(get.method("GET"), true).status()).isEqualTo(405);
    }

    @Test
    void closesAsThePeerDoes() {
        Stream reader = open("?topic=time");
        assertThat(reader.status()).isEqualTo(200);
        reader.send(CLOSE, Frames.close(1000, "enough"));
        assertThat(reader.frame(CLOSE)).isEqualTo(Frames.close(1000, ""));
        assertThat(reader.next()).isEqualTo("end");
        reader.end();
        assertThat(open("?topic=time").status()).isEqualTo(200);
    }

    @Test
    void saysWhatIsWrong() {
        Stream sender = open("?to=echo");
        assertThat(sender.status()).isEqualTo(200);
        sender.send(Frames.FIN | Frames.TEXT, new byte[] {(byte) 0xff});
        assertThat(sender.frame(CLOSE)).startsWith(0x03, 0xef);
        assertThat(sender.next()).isEqualTo("end");
        assertThat(sender.next()).isEqualTo(Http2Error.CANCEL);
    }

    /** A stream that ends is a socket that ends; a stream that is reset is one that breaks. */
    @Test
    void noticesThatThePeerIsGone() {
        Stream sender = open("?to=echo");
        assertThat(sender.status()).isEqualTo(200);
        sender.end();
        assertThat(Await.next(closed)).isNotNull();
        assertThat(sender.next()).isEqualTo("end");
        Stream other = open("?to=echo");
        assertThat(other.status()).isEqualTo(200);
        other.reset();
        assertThat(Await.next(closed)).isNotNull();
    }

    @Test
    void isNotStoppedByOneThatDoesNotRead() {
        Await.value(time.publish(Message.of("go")));
        Stream slow = reader();
        slow.takes(false);
        List<Stream> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(reader());
        }
        for (int i = 0; i < 30; i++) {
            String text = i + "x".repeat(20_000);
            time.publish(Message.of(text));
            for (Stream other : others) {
                assertThat(other.text()).isEqualTo(text);
            }
        }
        slow.takes(true);
        for (int i = 0; i < 30; i++) {
            assertThat(slow.text()).isEqualTo(i + "x".repeat(20_000));
        }
    }

    /** The handler of one is behind, so that its stream is not read: its window is used up, and nobody else's. */
    @Test
    void isNotStoppedByOneWhoseHandlerIsBehind() {
        Stream slow = open("?to=slow");
        assertThat(slow.status()).isEqualTo(200);
        for (int i = 0; i < 40; i++) {
            slow.send("x".repeat(60_000));
        }
        Stream other = open("?to=echo");
        assertThat(other.status()).isEqualTo(200);
        for (int i = 0; i < 40; i++) {
            String text = i + "x".repeat(60_000);
            other.send(text);
            assertThat(other.text()).isEqualTo(text);
        }
        ready.countDown();
        assertThat(slow.text()).isEqualTo("all");
    }

    @Test
    void isClosedInOrderWhenTheServerStops() {
        Stream reader = open("?topic=time");
        assertThat(reader.status()).isEqualTo(200);
        CompletableFuture<Void> stopped =
                server.closeAsync(Duration.ofSeconds(5)).toCompletableFuture();
        assertThat(reader.frame(CLOSE)).startsWith(0x03, 0xe9);
        reader.send(CLOSE, Frames.close(1001, ""));
        assertThat(reader.next()).isEqualTo("end");
        reader.end();
        Await.value(stopped);
    }
}
