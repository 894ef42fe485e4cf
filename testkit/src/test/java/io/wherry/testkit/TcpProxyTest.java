// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.testkit.TcpProxy.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {

    private ServerSocket listening;
    private TcpProxy proxy;
    private Socket client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        proxy = TcpProxy.start(listening.getLocalPort());
        client = dial();
        server = listening.accept();
        server.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        listening.close();
        proxy.close();
        assertThat(proxy.connections()).isZero();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("tcp-proxy-" + proxy.port()));
    }

    private Socket dial() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Test
    void passesBytesBothWaysAndCountsThem() throws IOException {
        client.getOutputStream().write("hello".getBytes(UTF_8));
        assertThat(server.getInputStream().readNBytes(5)).asString(UTF_8).isEqualTo("hello");
        server.getOutputStream().write("good day".getBytes(UTF_8));
        server.shutdownOutput();
        assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("good day");
        client.close();
        assertThat(server.getInputStream().read()).isEqualTo(-1);

        assertThat(proxy.bytes(Direction.UP)).isEqualTo(5);
        assertThat(proxy.bytes(Direction.DOWN)).isEqualTo(8);
        assertThat(proxy.accepted()).isEqualTo(1);
        assertThat(proxy.front(URI.create("http://127.0.0.1:" + listening.getLocalPort() + "/wherry")))
                .isEqualTo(URI.create("http://127.0.0.1:" + proxy.port() + "/wherry"));
    }

    @Test
    void cutsBothSides() {
        proxy.cut();

        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void cutsInTheMiddle() throws IOException {
        proxy.cutAfter(Direction.UP, 3);
        client.getOutputStream().write("he".getBytes(UTF_8));
        assertThat(server.getInputStream().readNBytes(2)).asString(UTF_8).isEqualTo("he");
        client.getOutputStream().write("llo".getBytes(UTF_8));

        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(proxy.bytes(Direction.UP)).isEqualTo(3);
    }

    @Test
    void refusesNewConnectionsOnly() throws IOException {
        proxy.refuse(true);
        try (Socket refused = dial()) {
            assertThatThrownBy(() -> {
                        if (refused.getInputStream().read() < 0) {
                            throw new SocketException("ended");
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
        client.getOutputStream().write(1);
        assertThat(server.getInputStream().read()).isEqualTo(1);

        proxy.refuse(false);
        try (Socket again = dial();
                Socket accepted = listening.accept()) {
            again.getOutputStream().write(2);
            assertThat(accepted.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void stallsOneWayAndResumes() throws IOException {
        proxy.stall(Direction.UP);
        client.getOutputStream().write(1);
        server.setSoTimeout(50);
        assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        server.getOutputStream().write(2);
        assertThat(client.getInputStream().read()).isEqualTo(2);

        server.setSoTimeout(10_000);
        proxy.resume(Direction.UP);
        assertThat(server.getInputStream().read()).isEqualTo(1);
    }
}
