// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** Jetty's own WebSocket API, without servlets: each message is sent to each session. */
public final class JettyContender implements Contender {

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server, 1, 1);
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

    /** Starts it. */
    public JettyContender(Settings settings) throws Exception {
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        server.addConnector(connector);
        ContextHandler context = new ContextHandler("/");
        context.setHandler(WebSocketUpgradeHandler.from(server, context, container -> {
            container.setIdleTimeout(Duration.ofHours(1));
            container.addMapping("/ws", (request, response, callback) -> new EndPoint());
        }));
        server.setHandler(context);
        server.start();
    }

    @Override
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public String version() {
        return "Jetty " + Server.getVersion();
    }

    @Override
    public int subscribers() {
        return sessions.size();
    }

    @Override
    public void publish(int topic, byte[] text) {
        String message = new String(text, StandardCharsets.UTF_8);
        sessions.forEach(session -> session.sendText(message, Callback.NOOP));
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Listens, and echoes what comes. */
    public final class EndPoint extends Session.Listener.AbstractAutoDemanding {

        @Override
        public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            sessions.add(session);
        }

        @Override
        public void onWebSocketText(String message) {
            getSession().sendText(message, Callback.NOOP);
        }

        @Override
        public void onWebSocketClose(int status, String reason, Callback callback) {
            sessions.remove(getSession());
            callback.succeed();
        }
    }
}
