// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.Settings;
import java.nio.charset.StandardCharsets;
import org.cometd.bayeux.Promise;
import org.cometd.bayeux.server.ServerChannel;
import org.cometd.bayeux.server.ServerMessage;
import org.cometd.bayeux.server.ServerSession;
import org.cometd.server.BayeuxServerImpl;
import org.cometd.server.websocket.jetty.JettyWebSocketTransport;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** CometD on Jetty, over its WebSocket transport: each message is published to a channel. */
public final class CometDContender implements Contender {

    private static final int HOUR_MILLIS = 3_600_000;

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server, 1, 1);
    private final BayeuxServerImpl bayeux = new BayeuxServerImpl();
    private final ServerChannel channel;

    /** Starts it. */
    public CometDContender(Settings settings) throws Exception {
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        server.addConnector(connector);
        ContextHandler context = new ContextHandler("/");
        context.setHandler(WebSocketUpgradeHandler.from(server, context));
        server.setHandler(context);
        server.start();
        bayeux.setOption(Context.class.getName(), context.getContext());
        bayeux.setOption("ws.cometdURLMapping", "/ws");
        bayeux.setOption("ws.idleTimeout", HOUR_MILLIS);
        bayeux.setOption("timeout", HOUR_MILLIS);
        bayeux.setOption("maxInterval", HOUR_MILLIS);
        bayeux.setTransports(new JettyWebSocketTransport(bayeux));
        bayeux.start();
        channel = bayeux.createChannelIfAbsent("/t0", made -> made.setPersistent(true))
                .getReference();
        bayeux.createChannelIfAbsent("/service/echo", made -> made.setPersistent(true))
                .getReference()
                .addListener((ServerChannel.MessageListener) new Echo());
    }

    @Override
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public String version() {
        return "CometD " + Versions.of("cometd") + " on Jetty " + Server.getVersion();
    }

    @Override
    public int subscribers() {
        return channel.getSubscribers().size();
    }

    @Override
    public void publish(int topic, byte[] text) {
        channel.publish(null, new String(text, StandardCharsets.UTF_8), Promise.noop());
    }

    @Override
    public void close() {
        try {
            bayeux.stop();
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends back what comes. */
    private static final class Echo implements ServerChannel.MessageListener {

        @Override
        public boolean onMessage(ServerSession session, ServerChannel from, ServerMessage.Mutable message) {
            session.deliver(null, "/service/echo", message.getData(), Promise.noop());
            return true;
        }
    }
}
