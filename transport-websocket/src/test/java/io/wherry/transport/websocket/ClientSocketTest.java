// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.CLOSE;
import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.PING;
import static io.wherry.transport.websocket.Frames.TEXT;
import static io.wherry.transport.websocket.Frames.close;
import static io.wherry.transport.websocket.Frames.masked;
import static io.wherry.transport.websocket.Frames.unmasked;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.Limits;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Loop;
import io.wherry.spi.Loops;
import io.wherry.spi.Target;
import io.wherry.testkit.Await;
import io.wherry.transport.http.HttpKeys;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client half against a server that is a bare socket. */
class ClientSocketTest {

    private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key: (\\S+)\r\n");
    private static final ByteBuf WELCOME = Unpooled.unreleasableBuffer(
            unmasked(FIN | TEXT, "w abc-1 0 - c0ffee new\n").asReadOnly());

    private final Loops loops = Loops.start(1, "client-test");
    private final Loop loop = loops.next();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final ServerSocket listening = listen();
    private final Config config = config();
    private final ClientTransport transport = new WebSocketTransport().client(config);
    private @Nullable Socket accepted;

    private static ServerSocket listen() {
        try {
            ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            socket.setSoTimeout(15_000);
            return socket;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Config config() {
        List<ConfigKey<?>> keys = new ArrayList<>(CoreKeys.all());
        keys.addAll(HttpKeys.all());
        keys.addAll(new WebSocketTransport().keys());
        return Config.of(Map.of("wherry.limits.message", "1000", "wherry.websocket.close-timeout", "300ms"), keys);
    }

    /** Keeps what the client is told, one line for each event. */
    private final class Listener implements ClientListener {

        @Override
        public void received(Envelope envelope) {
            events.add(envelope.kind() + " " + envelope.name() + " "
                    + envelope.message().text());
        }

        @Override
        public void receiveComplete() {
            events.add("complete");
        }

        @Override
        public void alive() {
            events.add("alive");
        }

        @Override
        public void writable() {
            // Not of interest.
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            events.add(
                    "closed " + (cause instanceof WherryException why ? why.code() + " " + why.getMessage() : cause));
        }

        @Override
        public @Nullable Position position() {
            return null;
        }
    }

    @BeforeEach
    void isQuiet() {
        assertThat(events).isEmpty();
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        CompletableFuture<Void> closed = transport.close().toCompletableFuture();
        if (accepted != null) {
            accepted.close();
        }
        listening.close();
        Await.value(closed);
        Await.value(loops.close());
        assertThat(events.stream().filter(event -> event.startsWith("closed"))).isEmpty();
    }

    private ClientConnection connect(String uri, @Nullable String channelId) {
        CompletableFuture<ClientConnection> made = new CompletableFuture<>();
        Target target = new Target(
                URI.create(uri),
                loop,
                channelId,
                channelId == null ? null : Position.parse("abc-7.1"),
                () -> Map.of("X-Test", "yes"),
                3,
                channelId != null);
        loop.execute(() -> made.complete(
                transport.connect(new ClientContext(config, Limits.of(config), loops), target, new Listener())));
        return Await.value(made);
    }

    private ClientConnection connect() {
        return connect("http://127.0.0.1:" + listening.getLocalPort() + "/wherry", null);
    }

    /** Takes the client's connection and reads its request. */
    private String accept() throws IOException {
        Socket socket = listening.accept();
        socket.setSoTimeout(15_000);
        accepted = socket;
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
            head.write(socket.getInputStream().read());
        }
        return head.toString(StandardCharsets.UTF_8);
    }

    private Socket socket() {
        return java.util.Objects.requireNonNull(accepted);
    }

    private void write(ByteBuf bytes) throws IOException {
        socket().getOutputStream().write(ByteBufUtil.getBytes(bytes));
    }

    /** Answers the client's handshake; what follows goes into the same segment. */
    private void open(ByteBuf... frames) throws IOException {
        Matcher key = KEY.matcher(accept());
        assertThat(key.find()).isTrue();
        ByteBuf answer = Unpooled.buffer();
        answer.writeCharSequence(
                "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: wherry.v1\r\n"
                        + "Sec-WebSocket-Accept: " + OpeningHandshake.acceptFor(key.group(1)) + "\r\n\r\n",
                StandardCharsets.US_ASCII);
        for (ByteBuf frame : frames) {
            answer.writeBytes(frame.duplicate());
        }
        write(answer);
    }

    /** The next frame of the client's: its first byte, and its payload unmasked. */
    private String readFrame() throws IOException {
        DataInputStream in = new DataInputStream(socket().getInputStream());
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        assertThat(length & 0x80).as("masked").isNotZero();
        length &= 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        }
        byte[] mask = new byte[4];
        in.readFully(mask);
        byte[] payload = new byte[length];
        in.readFully(payload);
        for (int i = 0; i < length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return Integer.toHexString(first) + " "
                + ((first & 0xf) == CLOSE && length >= 2
                        ? String.valueOf((payload[0] & 0xff) << 8 | (payload[1] & 0xff))
                        : new String(payload, StandardCharsets.UTF_8));
    }

    /** The next event but signs of life. */
    private String next() {
        String event = Await.next(events);
        while (event.equals("alive") || event.equals("complete")) {
            event = Await.next(events);
        }
        return event;
    }

    @Test
    void asksForANewChannel() throws Exception {
        connect();

        assertThat(accept())
                .startsWith("GET /wherry/websocket?protocol=wherry.v1&connection=3 HTTP/1.1\r\n")
                .containsIgnoringCase("Host: 127.0.0.1:" + listening.getLocalPort() + "\r\n")
                .containsIgnoringCase("X-Test: yes\r\n")
                .containsIgnoringCase("Sec-WebSocket-Protocol: wherry.v1\r\n");
        socket().close();
        assertThat(next()).startsWith("closed UNAVAILABLE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "ws", "HTTP", "WS"})
    void asksToGoOnWithAChannel(String scheme) throws Exception {
        connect(scheme + "://127.0.0.1:" + listening.getLocalPort() + "/wherry/", "c0ffee");

        assertThat(accept())
                .startsWith(
                        "GET /wherry/websocket?protocol=wherry.v1&channel=c0ffee&connection=3&standby=true&after=abc-7.1 HTTP/1.1\r\n");
        socket().close();
        assertThat(next()).startsWith("closed UNAVAILABLE");
    }

    @Test
    void carriesEnvelopes() throws Exception {
        ClientConnection connection = connect();
        open(WELCOME, unmasked(FIN | TEXT, "m abc-2 5 text time\nhello"));

        assertThat(next()).isEqualTo("WELCOME c0ffee ");
        assertThat(next()).isEqualTo("MESSAGE time hello");
        loop.execute(() -> {
            connection.send(Envelope.numbered(1, Kind.DIRECT, "echo", null, Message.of("one")));
            connection.send(Envelope.numbered(2, Kind.DIRECT, "echo", null, Message.of(new byte[] {'2'})));
            connection.flush();
        });
        assertThat(readFrame()).isEqualTo("81 d 1 3 text echo\none");
        assertThat(readFrame()).isEqualTo("82 d 2 1 bytes echo\n2");
        write(unmasked(FIN | CLOSE, close(4503, "stopping")));
        assertThat(next()).startsWith("closed UNAVAILABLE websocket: stopping");
    }

    @Test
    void answersPings() throws Exception {
        connect();
        open(WELCOME, unmasked(FIN | PING, "now"));

        assertThat(readFrame()).isEqualTo("8a now");
        socket().close();
        assertThat(next()).startsWith("WELCOME");
        assertThat(next()).startsWith("closed UNAVAILABLE");
    }

    @ParameterizedTest
    @CsvSource({
        "1000, CLOSED",
        "1001, UNAVAILABLE",
        "1002, BAD_REQUEST",
        "1009, TOO_LARGE",
        "4401, UNAUTHORIZED",
        "4409, SUPERSEDED",
        "4410, UNKNOWN_CHANNEL",
        "4429, TOO_MANY",
        "4503, UNAVAILABLE"
    })
    void tellsTheServersCode(int closeCode, ErrorCode code) throws Exception {
        connect();
        open(unmasked(FIN | CLOSE, close(closeCode, "why")));

        assertThat(next()).isEqualTo("closed " + code + " websocket: why (close code " + closeCode + ")");
        assertThat(readFrame()).isEqualTo("88 " + closeCode);
    }

    @Test
    void tellsTheProblemOfARefusal() throws Exception {
        connect();
        accept();
        String problem = "{\"code\":\"too-many\",\"detail\":\"channels: 5\"}";
        write(Unpooled.copiedBuffer(
                "HTTP/1.1 429 X\r\nContent-Length: " + problem.length() + "\r\n\r\n" + problem,
                StandardCharsets.UTF_8));

        assertThat(next()).isEqualTo("closed TOO_MANY channels: 5");
    }

    @Test
    void refusesAMaskedFrame() throws Exception {
        connect();
        open(masked(FIN | TEXT, "m abc-2 5 text time\nhello"));

        assertThat(next()).startsWith("closed BAD_REQUEST");
        assertThat(readFrame()).isEqualTo("88 1002");
    }

    @Test
    void refusesTooMuch() throws Exception {
        connect();
        open(unmasked(FIN | TEXT, "m abc-2 1001 text time\n" + "x".repeat(1001)));

        assertThat(next()).startsWith("closed TOO_LARGE");
        assertThat(readFrame()).isEqualTo("88 1009");
    }

    @Test
    void closes() throws Exception {
        ClientConnection connection = connect();
        open(WELCOME);
        assertThat(next()).startsWith("WELCOME");

        loop.execute(() -> {
            connection.send(Envelope.control(Kind.END, "-", null));
            connection.close();
            connection.send(Envelope.control(Kind.HEARTBEAT, "-", null));
            connection.close();
        });

        assertThat(readFrame()).isEqualTo("81 x - 0 - -\n");
        assertThat(readFrame()).isEqualTo("88 1000");
        write(unmasked(FIN | CLOSE, close(1000, "")));
        assertThat(next()).isEqualTo("closed null");
    }

    @Test
    void closesThoughTheServerDoesNotAnswer() throws Exception {
        ClientConnection connection = connect();
        open(WELCOME);
        assertThat(next()).startsWith("WELCOME");

        loop.execute(connection::close);

        assertThat(readFrame()).isEqualTo("88 1000");
        assertThat(next()).isEqualTo("closed null");
        assertThat(socket().getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void closesBeforeItIsOpen() throws Exception {
        ClientConnection connection = connect();
        accept();

        loop.execute(connection::close);

        assertThat(next()).isEqualTo("closed null");
        assertThat(socket().getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void tellsThatNobodyListens() throws Exception {
        listening.close();
        connect();

        assertThat(next()).startsWith("closed UNAVAILABLE");
    }

    @Test
    void tellsThatAUriIsNone() {
        connect("http:///wherry", null);

        assertThat(next()).startsWith("closed BAD_REQUEST");
    }

    @Test
    void doesNotReadWhileEnvelopesAreNotWelcome() throws Exception {
        ClientConnection connection = connect();
        open(WELCOME);
        assertThat(next()).startsWith("WELCOME");
        loop.execute(() -> connection.readable(false));
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 2; i < 20_000; i++) {
                    write(unmasked(FIN | TEXT, "m abc-" + i + " 900 text time\n" + "x".repeat(900)));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(writing).isNotDone();

        loop.execute(() -> connection.readable(true));

        Await.value(writing);
        for (int i = 2; i < 20_000; i++) {
            assertThat(next()).startsWith("MESSAGE time");
        }
        loop.execute(connection::close);
        assertThat(next()).isEqualTo("closed null");
    }
}
