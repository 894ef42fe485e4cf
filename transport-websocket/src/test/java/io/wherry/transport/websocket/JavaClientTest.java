// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server half with the Java runtime's WebSocket client. */
class JavaClientTest {

    private final Server server = Wherry.server()
            .transports("websocket")
            .set("wherry.host", "127.0.0.1")
            .set("wherry.port", "0")
            .build();
    private final Recorder recorder = new Recorder();

    /** Keeps what comes, one line for each event. */
    private static final class Recorder implements WebSocket.Listener {

        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final CRC32 crc = new CRC32();
        private long size;

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                events.add("text " + (text.length() > 100 ? text.length() : text));
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            size += data.remaining();
            crc.update(data);
            if (last) {
                events.add("binary " + size + " " + Long.toHexString(crc.getValue()));
                size = 0;
                crc.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            events.add("pong " + data.remaining());
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add("close " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            events.add("error " + error);
        }

        String next() {
            return Await.next(events);
        }
    }

    @BeforeEach
    void start() {
        server.topic("time");
        server.onMessage("echo", (channel, message) -> channel.send("echo", message));
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private WebSocket open(String query, String... subProtocols) {
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        if (subProtocols.length > 0) {
            builder.subprotocols(subProtocols[0], java.util.Arrays.copyOfRange(subProtocols, 1, subProtocols.length));
        }
        return builder.buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/wherry/websocket" + query), recorder)
                .join();
    }

    @Test
    void readsATopic() {
        server.topic("time").publish(Message.of("noon"));
        WebSocket socket = open("?topic=time&last=1");

        assertThat(recorder.next()).isEqualTo("text noon");
        server.topic("time").publish(Message.of("später"));
        assertThat(recorder.next()).isEqualTo("text später");
        assertThat(socket.getSubprotocol()).isEmpty();
        socket.abort();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 1_048_576})
    void sendsAndReceivesEverySize(int size) {
        WebSocket socket = open("?to=echo");
        byte[] bytes = new byte[size];
        new java.util.Random(size).nextBytes(bytes);
        CRC32 crc = new CRC32();
        crc.update(bytes);

        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
        assertThat(recorder.next()).isEqualTo("binary " + size + " " + Long.toHexString(crc.getValue()));

        socket.sendText("x".repeat(size), true).join();
        assertThat(recorder.next()).isEqualTo("text " + (size > 100 ? String.valueOf(size) : "x".repeat(size)));
        socket.abort();
    }

    @Test
    void sendsInPieces() {
        WebSocket socket = open("?to=echo");

        socket.sendText("grü", false).join();
        socket.sendPing(ByteBuffer.wrap(new byte[7])).join();
        socket.sendText("ße", false).join();
        socket.sendText("", true).join();

        assertThat(recorder.next()).isEqualTo("pong 7");
        assertThat(recorder.next()).isEqualTo("text grüße");
        socket.abort();
    }

    @Test
    void isAnsweredWithItsCloseCode() {
        WebSocket socket = open("?topic=time");

        socket.sendClose(4321, "bye").join();

        assertThat(recorder.next()).isEqualTo("close 4321 ");
    }

    @Test
    void isToldWhenItSendsTooMuch() {
        WebSocket socket = open("?to=echo");

        socket.sendBinary(ByteBuffer.allocate(1_048_576 + 2000), true).join();

        assertThat(recorder.next()).startsWith("close 1009 ");
    }

    @Test
    void isToldThatNobodyListens() {
        WebSocket socket = open("?topic=time");

        socket.sendText("hello", true).join();

        assertThat(recorder.next()).startsWith("close 1003 to: none");
    }

    @Test
    void speaksTheProtocol() {
        WebSocket socket = open("", "other", "wherry.v1");

        assertThat(socket.getSubprotocol()).isEqualTo("wherry.v1");
        assertThat(recorder.next()).startsWith("text ");
        socket.sendText("d 1 5 text echo\nhello", true).join();
        assertThat(recorder.next()).matches("(?s)text (a - 0 - 1\n|d \\S+ 5 text echo\nhello)");
        assertThat(recorder.next()).matches("(?s)text (a - 0 - 1\n|d \\S+ 5 text echo\nhello)");
        socket.sendText("x - 0 - -\n", true).join();
        assertThat(recorder.next()).startsWith("close 1000 ");
    }

    @Test
    void seesTheCodeOfAChannelThatIsNotKnown() {
        open("?channel=nobody&after=abc-1", "wherry.v1");

        assertThat(recorder.next()).startsWith("close 4410 channel: nobody");
    }

    @Test
    void seesTheStatusOfARefusal() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> open("?topic=tine")))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(404));
    }

    @Test
    void isToldThatTheServerStops() {
        server.topic("time").publish(Message.of("noon"));
        open("?topic=time&last=1");
        assertThat(recorder.next()).isEqualTo("text noon");

        server.close();

        assertThat(recorder.next()).matches("close 1001 retry-after=\\d+");
    }
}
