// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.BINARY;
import static io.wherry.transport.websocket.Frames.CLOSE;
import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.PING;
import static io.wherry.transport.websocket.Frames.PONG;
import static io.wherry.transport.websocket.Frames.TEXT;
import static io.wherry.transport.websocket.Frames.masked;
import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Topic;
import io.wherry.TopicOptions;
import io.wherry.WherryException;
import io.wherry.transport.websocket.RawSocket.Frame;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The server half as it serves a WebSocket without a library: a browser, or a tool. */
final class ServerPlainSocketTest extends ServerSocketFixture {

    // Plain readers

    @Test
    void givesAPlainReaderPayloads() {
        Server server = server();
        Topic time = server.topic("time");
        time.publish(Message.of("old"));
        time.publish(Message.of("zwölf"));
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=time&last=1")) {
            assertThat(raw.readFrame()).hasToString("81 zwölf");
            time.publish(Message.of(new byte[] {1, 2, 3}));
            Frame binary = raw.readFrame();
            assertThat(binary.firstByte()).isEqualTo(FIN | BINARY);
            assertThat(binary.payload()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void resumesAPlainReaderByItsPosition() {
        Server server = server();
        Topic time = server.topic("time");
        var position = time.publish(Message.of("1")).toCompletableFuture().join();
        time.publish(Message.of("2"));
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=time&format=json&after=" + position)) {
            assertThat(raw.readFrame().text()).matches("\\{\"topic\":\"time\",\"position\":\"\\w+-2\",\"data\":\"2\"}");
        }
    }

    @Test
    void tellsAPlainReaderOfAGap() {
        Server server = server();
        Topic small = server.topic("small", TopicOptions.defaults().maxCount(1));
        var first = small.publish(Message.of("1")).toCompletableFuture().join();
        small.publish(Message.of("2"));
        small.publish(Message.of("3"));
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=small&after=" + first)) {
            assertThat(raw.readFrame().text())
                    .matches("\\{\"gap\":\"small\",\"reason\":\"overrun\",\"upTo\":\"\\w+-2\"}");
            assertThat(raw.readFrame().text()).isEqualTo("3");
        }
    }

    @Test
    void closesAPlainReaderThatSends() {
        try (RawSocket raw = RawSocket.plain(server().port(), "?topic=time")) {
            raw.write(masked(FIN | TEXT, "hello"));

            assertThat(raw.readFrame().code()).isEqualTo(1003);
        }
    }

    @Test
    void bringsMessagesToAHandlerAndBack() {
        try (RawSocket raw = RawSocket.plain(server().port(), "?to=echo")) {
            raw.write(masked(FIN | TEXT, "grüße"));
            assertThat(readMessage(raw)).hasToString("81 grüße");
            raw.write(masked(FIN | BINARY, new byte[] {7}));
            assertThat(readMessage(raw).payload()).containsExactly(7);
        }
    }

    @Test
    void bringsTopicsBesideWhatAHandlerSends() {
        Server server = server();
        try (RawSocket raw = RawSocket.plain(server.port(), "?topic=time&to=upper")) {
            raw.write(masked(FIN | TEXT, "a"));
            assertThat(readMessage(raw)).hasToString("81 A");
            server.topic("time").publish(Message.of("noon"));
            assertThat(readMessage(raw)).hasToString("81 noon");
        }
    }

    @Test
    void tellsAPeerWithoutALibraryWhatIsWrong() {
        Server server = server();
        server.onRequest("strict", (channel, message) -> {
            throw new WherryException(ErrorCode.FORBIDDEN, "not \"now\"");
        });
        try (RawSocket raw = RawSocket.plain(server.port(), "?to=strict")) {
            raw.write(masked(FIN | TEXT, "a"));
            assertThat(readMessage(raw)).hasToString("81 {\"error\":\"forbidden\",\"detail\":\"not \\\"now\\\"\"}");
        }
        try (RawSocket raw = RawSocket.plain(server.port(), "?to=nobody")) {
            raw.write(masked(FIN | TEXT, "a"));
            assertThat(readMessage(raw).toString())
                    .startsWith("81 {\"error\":\"unknown-handler\",\"detail\":\"handler: nobody");
        }
    }

    @Test
    void findsOutWhatAPeerWithoutALibraryHasReceived() {
        Server server = server();
        CompletableFuture<Channel> opened = new CompletableFuture<>();
        server.onMessage("hello", (channel, message) -> opened.complete(channel));
        try (RawSocket raw = RawSocket.plain(server.port(), "?to=hello")) {
            raw.write(masked(FIN | TEXT, ""));
            Channel channel = opened.orTimeout(15, TimeUnit.SECONDS).join();
            var sent = channel.send("x", Message.of("news")).toCompletableFuture();

            assertThat(raw.readFrame()).hasToString("81 news");
            assertThat(raw.readFrame().firstByte()).isEqualTo(FIN | PING);
            assertThat(sent).isNotDone();
            raw.write(masked(FIN | PONG, ""));

            assertThat(sent).succeedsWithin(Duration.ofSeconds(15));
        }
    }

    // Compression

    @Test
    void givesUpAReaderThatAnswersNoPingEvenWhileItIsWrittenTo() throws Exception {
        Server server = server("wherry.heartbeat", "100ms", "wherry.lost-after", "600ms");
        Topic time = server.topic("time");
        time.publish(Message.of("first"));
        try (RawSocket silent = RawSocket.plain(server.port(), "?topic=time&last=1");
                RawSocket answering = RawSocket.plain(server.port(), "?topic=time&last=1")) {
            long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            assertThat(silent.readFrame().text()).isEqualTo("first");
            assertThat(answering.readFrame().text()).isEqualTo("first");
            while (time.readers() > 1 && System.nanoTime() < deadline) {
                time.publish(Message.of("now"));
                if (answering.readFrame().opcode() == PING) {
                    answering.write(masked(FIN | PONG, ""));
                }
            }

            assertThat(time.readers()).isEqualTo(1);
            Frame last = silent.readFrame();
            while (last.opcode() != CLOSE) {
                last = silent.readFrame();
            }
            assertThat(last.code()).isEqualTo(4408);
        }
    }
}
