// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.wherry.Limits;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientContext;
import io.wherry.spi.ClientListener;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Envelope;
import io.wherry.spi.Target;
import io.wherry.transport.http.HttpClientRequest;
import io.wherry.transport.http.HttpConnector;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The client half: opens a WebSocket for each connection. Thread-safe. */
final class WebSocketClient implements ClientTransport {

    private static final int MAX_CHUNK = 8192;

    private final HttpConnector connector;
    private final boolean compression;
    private final int maxFragments;
    private final Duration closeTimeout;
    private final Duration handshakeTimeout;

    WebSocketClient(Config config) {
        connector = new HttpConnector(config);
        compression = config.get(WebSocketKeys.COMPRESSION);
        maxFragments = config.get(WebSocketKeys.MAX_FRAGMENTS);
        closeTimeout = config.get(WebSocketKeys.CLOSE_TIMEOUT);
        handshakeTimeout = config.get(CoreKeys.CONNECT_TIMEOUT);
    }

    @Override
    public ClientConnection connect(ClientContext context, Target target, ClientListener listener) {
        Limits limits = context.limits();
        URI uri = HttpClientRequest.opening(target, WebSocketTransport.NAME);
        WebSocketClientConnection connection =
                new WebSocketClientConnection(limits.message(), listener, compressed -> rules(limits, compressed));
        ClientHandshake handshake = new ClientHandshake(
                new ClientHandshake.Request(uri, HttpClientRequest.headers(target), compression, handshakeTimeout),
                connection);
        connector
                .connect(context, target.loop(), uri, () -> new ChannelHandler[] {
                    new HttpClientCodec(limits.header(), limits.header(), MAX_CHUNK, false), handshake
                })
                .whenComplete(connection::connected);
        return connection;
    }

    private WebSocketRules rules(Limits limits, boolean compressed) {
        int maxMessage = Math.min(limits.message(), limits.decompressed()) + Envelope.MAX_HEAD_LENGTH;
        return new WebSocketRules(false, compressed, maxMessage, maxFragments, closeTimeout.toMillis());
    }

    @Override
    public CompletionStage<Void> close() {
        return connector.close();
    }
}
