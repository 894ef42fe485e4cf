// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIOServer;
import com.corundumstudio.socketio.Transport;
import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.NettyServer;
import io.wherry.benchmarks.server.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;

/** netty-socketio, by its broadcast operations: each message is an event. */
public final class SocketIoContender implements Contender {

    private static final int HOUR_MILLIS = 3_600_000;

    private final SocketIOServer server;
    private final int port;

    /** Starts it. */
    public SocketIoContender(Settings settings) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort(); // It does not tell which it has taken.
        }
        Configuration configuration = new Configuration();
        configuration.setHostname("127.0.0.1");
        configuration.setPort(port);
        configuration.setBossThreads(1);
        configuration.setWorkerThreads(1);
        configuration.setTransports(Transport.WEBSOCKET);
        configuration.setPingInterval(HOUR_MILLIS);
        configuration.setPingTimeout(2 * HOUR_MILLIS);
        server = new SocketIOServer(configuration);
        server.addEventListener("echo", String.class, (client, text, ack) -> client.sendEvent("echo", text));
        server.start();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String version() {
        return NettyServer.version("netty-socketio " + Versions.of("netty-socketio") + " on Netty");
    }

    @Override
    public int subscribers() {
        return server.getAllClients().size();
    }

    @Override
    public void publish(int topic, byte[] text) {
        server.getBroadcastOperations().sendEvent("m", new String(text, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop();
    }
}
