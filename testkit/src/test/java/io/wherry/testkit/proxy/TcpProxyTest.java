// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class TcpProxyTest {

    private static final int DEADLINE_MILLIS = 10_000;

    private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();
    private ServerSocket listening;
    private TcpProxy proxy;
    private Socket client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        proxy = TcpProxy.to(listening.getLocalPort());
        client = dial();
        server = answered(listening);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        listening.close();
        proxy.close();
        assertThat(proxy.connections()).isZero();
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !threadsBefore.contains(thread))
                        .map(Thread::getName)
                        .collect(Collectors.toSet()))
                .noneMatch(name -> name.startsWith("faulty-proxy"));
    }

    private Socket dial() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(DEADLINE_MILLIS);
        return socket;
    }

    private static Socket answered(ServerSocket socket) throws IOException {
        Socket accepted = socket.accept();
        accepted.setSoTimeout(DEADLINE_MILLIS);
        return accepted;
    }

    private Socket from(Direction direction) {
        return direction == Direction.UP ? client : server;
    }

    private Socket to(Direction direction) {
        return direction == Direction.UP ? server : client;
    }

    private void say(Direction direction, String text) throws IOException {
        from(direction).getOutputStream().write(text.getBytes(UTF_8));
    }

    private void assertHeard(Direction direction, String text) throws IOException {
        assertThat(to(direction).getInputStream().readNBytes(text.length()))
                .asString(UTF_8)
                .isEqualTo(text);
    }

    private static void assertNothingHeard(Socket socket) throws IOException {
        socket.setSoTimeout(50);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(DEADLINE_MILLIS);
    }

    private static void assertCut(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void passesBytesBothWaysAndCountsThem() throws IOException {
        say(Direction.UP, "hello");
        assertHeard(Direction.UP, "hello");
        say(Direction.DOWN, "good day");
        server.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("good day");
        say(Direction.UP, "still here");
        assertHeard(Direction.UP, "still here");
        client.close();
        assertThat(server.getInputStream().read()).isEqualTo(-1);

        assertThat(proxy.bytes(Direction.UP)).isEqualTo(15);
        assertThat(proxy.bytes(Direction.DOWN)).isEqualTo(8);
        assertThat(proxy.accepted()).isEqualTo(1);
    }

    @Test
    void passesMoreThanAnybodyBuffers() throws Exception {
        byte[] much = new byte[16 << 20];
        new java.util.Random(1).nextBytes(much);
        Thread sender = new Thread(() -> {
            try {
                server.getOutputStream().write(much);
                server.shutdownOutput();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        sender.start();
        assertThat(client.getInputStream().readAllBytes()).isEqualTo(much);
        sender.join();
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:1234/wherry?a=:1234, http://127.0.0.1:PORT/wherry?a=:1234",
        "http://localhost/wherry, http://localhost:PORT/wherry",
        "ws://localhost:80, ws://localhost:PORT",
        "http://[::1]:80/, http://[::1]:PORT/"
    })
    void leadsAnAddressThroughItself(String uri, String front) {
        assertThat(proxy.front(URI.create(uri)))
                .isEqualTo(URI.create(front.replace("PORT", Integer.toString(proxy.port()))));
    }

    @Test
    void cutsBothSides() {
        assertThat(proxy.cut()).isEqualTo(1);

        assertCut(client);
        assertCut(server);
        assertThat(proxy.cut()).isZero();
    }

    @Test
    void passesOnAReset() throws IOException {
        server.setSoLinger(true, 0);
        server.close();

        assertCut(client);
    }

    @ParameterizedTest
    @EnumSource
    void cutsInTheMiddle(Direction direction) throws IOException {
        Fault cut = proxy.cutAfter(direction, 3);
        say(direction, "he");
        assertHeard(direction, "he");
        say(direction, "llo");

        assertHeard(direction, "l");
        assertCut(client);
        assertCut(server);
        assertThat(proxy.bytes(direction)).isEqualTo(3);
        assertThat(cut.strikes()).isEqualTo(1);
        assertThat(cut.isOn()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void cutsEachConnectionAtAByte(Direction direction) throws IOException {
        Fault cut = proxy.cutEachAfter(direction, 3);
        for (int round = 1; round <= 3; round++) {
            say(direction, "hello");
            assertHeard(direction, "hel");
            assertCut(client);
            cut.awaitStrikes(round);
            client = dial();
            server = answered(listening);
        }
        cut.off();
        say(direction, "hello");
        assertHeard(direction, "hello");
    }

    @Test
    void cutsEachConnectionAfterATime() throws IOException {
        Fault cut = proxy.cutEachAfter(Duration.ofMillis(80));
        assertCut(client);
        long before = System.nanoTime();
        client = dial();
        server = answered(listening);
        assertCut(client);

        assertThat(System.nanoTime() - before)
                .isGreaterThan(Duration.ofMillis(70).toNanos());
        assertThat(cut.strikes()).isEqualTo(2);
        cut.off();
        client = dial();
        server = answered(listening);
        assertNothingHeard(client);
    }

    @ParameterizedTest
    @EnumSource
    void stallsOneWayAndGoesOn(Direction direction) throws IOException {
        Fault stall = proxy.stall(direction);
        say(direction, "a");
        stall.awaitStrikes(1);
        assertNothingHeard(to(direction));
        Direction other = direction == Direction.UP ? Direction.DOWN : Direction.UP;
        say(other, "b");
        assertHeard(other, "b");

        from(direction).shutdownOutput();
        assertNothingHeard(to(direction));
        stall.off();
        assertHeard(direction, "a");
        assertThat(to(direction).getInputStream().read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void losesWhatGoesOneWay(Direction direction) throws IOException {
        Fault hole = proxy.blackHole(direction);
        say(direction, "a");
        hole.awaitStrikes(1);
        hole.off();
        say(direction, "b");
        from(direction).shutdownOutput();

        assertNothingHeard(to(direction));
        try (Socket another = dial();
                Socket accepted = answered(listening)) {
            (direction == Direction.UP ? another : accepted).getOutputStream().write('c');
            assertThat((direction == Direction.UP ? accepted : another)
                            .getInputStream()
                            .read())
                    .isEqualTo('c');
        }
    }

    @ParameterizedTest
    @EnumSource
    void losesTheEndOfAConnection(Direction direction) throws IOException {
        Fault hole = proxy.blackHole(direction);
        from(direction).close();
        hole.awaitStrikes(1);

        assertNothingHeard(to(direction));
    }

    @ParameterizedTest
    @EnumSource
    void delays(Direction direction) throws IOException {
        Fault delay = proxy.delay(direction, Duration.ofMillis(60));
        long before = System.nanoTime();
        say(direction, "slow");
        assertHeard(direction, "slow");

        assertThat(System.nanoTime() - before)
                .isGreaterThan(Duration.ofMillis(60).toNanos());
        assertThat(delay.strikes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void throttles(Direction direction) throws IOException {
        Fault throttle = proxy.throttle(direction, 10_000);
        String text = "x".repeat(3_000);
        long before = System.nanoTime();
        say(direction, text);
        assertHeard(direction, text);

        assertThat(System.nanoTime() - before)
                .isGreaterThan(Duration.ofMillis(200).toNanos());
        assertThat(throttle.strikes()).isGreaterThanOrEqualTo(6);
    }

    @Test
    void resetsNewConnectionsOnly() throws IOException {
        Fault refusing = proxy.resetConnects();
        try (Socket refused = dial()) {
            assertCut(refused);
        }
        assertThat(refusing.strikes()).isEqualTo(1);
        say(Direction.UP, "a");
        assertHeard(Direction.UP, "a");

        refusing.off();
        assertOpen();
    }

    @Test
    void refusesNewConnectionsOnly() throws IOException {
        Fault refusing = proxy.refuseConnects();
        assertThatThrownBy(this::dial).isInstanceOf(ConnectException.class);
        say(Direction.UP, "a");
        assertHeard(Direction.UP, "a");

        refusing.off();
        assertOpen();
        refusing.on();
        assertThatThrownBy(this::dial).isInstanceOf(ConnectException.class);
    }

    @Test
    void leavesNewConnectionsWithoutAnAnswer() throws IOException {
        Fault ignoring = proxy.ignoreConnects();
        try (Socket ignored = new Socket()) {
            assertThatThrownBy(() ->
                            ignored.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()), 200))
                    .isInstanceOf(SocketTimeoutException.class);
        }
        say(Direction.UP, "a");
        assertHeard(Direction.UP, "a");

        ignoring.off();
        assertOpen();
        assertThat(proxy.accepted()).isEqualTo(2);
    }

    @Test
    void acceptsAndSaysNothing() throws IOException {
        Fault silence = proxy.silenceConnects();
        try (Socket silent = dial()) {
            silent.getOutputStream().write(1);
            assertNothingHeard(silent);
            silence.awaitStrikes(1);
            silence.off();
            assertNothingHeard(silent);
        }
        assertThat(silence.strikes()).isEqualTo(1);
        assertOpen();
    }

    private void assertOpen() throws IOException {
        try (Socket again = dial();
                Socket accepted = answered(listening)) {
            again.getOutputStream().write(2);
            assertThat(accepted.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void leadsToAServerThatWasStartedAgain() throws IOException {
        listening.close();
        server.close();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        try (ServerSocket next = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            proxy.retarget(next.getLocalPort());
            try (Socket again = dial();
                    Socket accepted = answered(next)) {
                again.getOutputStream().write(3);
                assertThat(accepted.getInputStream().read()).isEqualTo(3);
            }
        }
    }

    @Test
    void repairsAll() throws IOException {
        proxy.stall(Direction.UP);
        proxy.refuseConnects();
        say(Direction.UP, "a");
        proxy.repair();

        assertHeard(Direction.UP, "a");
        assertOpen();
    }
}
