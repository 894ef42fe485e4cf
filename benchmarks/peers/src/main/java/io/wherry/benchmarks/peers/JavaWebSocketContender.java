// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;
import org.jspecify.annotations.Nullable;

/** Java-WebSocket, by its own broadcast. */
public final class JavaWebSocketContender implements Contender {

    private final CountDownLatch started = new CountDownLatch(1);
    private final Echo server = new Echo();

    /** Starts it. */
    public JavaWebSocketContender(Settings settings) throws InterruptedException {
        server.setTcpNoDelay(true);
        server.setConnectionLostTimeout(0);
        server.setMaxPendingConnections(4096);
        server.start();
        started.await();
    }

    @Override
    public int port() {
        return server.getPort();
    }

    @Override
    public String version() {
        return "Java-WebSocket " + Versions.of("java-websocket");
    }

    @Override
    public int subscribers() {
        return server.getConnections().size();
    }

    @Override
    public void publish(int topic, byte[] text) {
        server.broadcast(new String(text, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        try {
            server.stop(0);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends back what comes. */
    private final class Echo extends WebSocketServer {

        Echo() {
            super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        }

        @Override
        public void onOpen(WebSocket socket, ClientHandshake handshake) {}

        @Override
        public void onClose(WebSocket socket, int code, String reason, boolean isRemote) {}

        @Override
        public void onMessage(WebSocket socket, String message) {
            socket.send(message);
        }

        @Override
        public void onError(@Nullable WebSocket socket, Exception e) {}

        @Override
        public void onStart() {
            started.countDown();
        }
    }
}
