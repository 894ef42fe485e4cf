// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.ErrorCode;
import io.wherry.Limits;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import io.wherry.spi.ServerContext;
import io.wherry.spi.ServerTransport;
import io.wherry.transport.http.HttpExchange;
import io.wherry.transport.http.HttpPort;
import io.wherry.transport.http.ReadingRequest;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The server half: takes opening handshakes on the HTTP port. Immutable; serves all loops. */
final class WebSocketServer implements ServerTransport {

    private final boolean compression;
    private final WebSocketRules plainRules;
    private final WebSocketRules compressedRules;
    private final long heartbeatNanos;
    private final Map<Rendering, Framing> compressed = new EnumMap<>(Rendering.class);

    WebSocketServer(Config config) {
        compression = config.get(WebSocketKeys.COMPRESSION);
        plainRules = rules(config, false);
        compressedRules = rules(config, true);
        heartbeatNanos = config.get(CoreKeys.HEARTBEAT).toNanos();
        int threshold = config.get(WebSocketKeys.COMPRESSION_THRESHOLD);
        for (Rendering rendering : Rendering.values()) {
            compressed.put(rendering, new DeflatedFraming(rendering, threshold));
        }
    }

    private static WebSocketRules rules(Config config, boolean compressed) {
        Limits limits = Limits.of(config);
        int maxMessage = Math.min(limits.message(), limits.decompressed()) + Envelope.MAX_HEAD_LENGTH;
        return new WebSocketRules(
                true,
                compressed,
                maxMessage,
                config.get(WebSocketKeys.MAX_FRAGMENTS),
                config.get(WebSocketKeys.CLOSE_TIMEOUT).toMillis());
    }

    @Override
    public void install(ServerContext context) {
        HttpPort.of(context).route(WebSocketTransport.NAME, Set.of(HttpMethod.GET, HttpMethod.CONNECT), this::handle);
    }

    private void handle(HttpExchange exchange) {
        if (exchange.isAnswered()) {
            return;
        }
        @Nullable String protocol = exchange.protocol();
        if (protocol != null && !protocol.equals(OpeningHandshake.PROTOCOL)) {
            exchange.problem(
                    HttpResponseStatus.NOT_IMPLEMENTED,
                    new WherryException(
                            ErrorCode.BAD_REQUEST,
                            "protocol: " + WherryException.quote(protocol) + " (expected: " + OpeningHandshake.PROTOCOL
                                    + ")"));
            return;
        }
        OpeningHandshake handshake = exchange.version().majorVersion() > 1
                ? OpeningHandshake.checkStream(exchange.method(), protocol, exchange.headers())
                : OpeningHandshake.check(exchange.method(), exchange.version(), exchange.headers());
        if (handshake.isChannel()) {
            attach(exchange, handshake);
        } else {
            serve(exchange, handshake);
        }
    }

    /** Opens or resumes a channel. What is refused is told by a close code, as a browser shows no status. */
    private void attach(HttpExchange exchange, OpeningHandshake handshake) {
        @Nullable String extension = extension(handshake);
        int maxMessage = exchange.context().limits().message();
        WebSocketConnection connection =
                WebSocketConnection.ofChannel(exchange.loop(), framing(Rendering.ENVELOPE, extension), maxMessage);
        try {
            ReadingRequest request = ReadingRequest.of(exchange);
            connection.listen(
                    exchange.context().acceptor().attach(request.attachment(exchange, true, true), connection));
        } catch (WherryException e) {
            connection.close(e);
        }
        upgrade(exchange, handshake, extension, connection);
    }

    /** Serves a peer without a library. What is refused is an HTTP answer. */
    private void serve(HttpExchange exchange, OpeningHandshake handshake) {
        ReadingRequest request = ReadingRequest.of(exchange);
        if (request.isChannel()) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "Sec-WebSocket-Protocol: none (expected: " + ReadingRequest.PROTOCOL + ", for a channel)");
        }
        if (request.to() == null) {
            read(exchange, handshake, request);
        } else {
            send(exchange, handshake, request, request.to());
        }
    }

    /** Serves a reader. */
    private void read(HttpExchange exchange, OpeningHandshake handshake, ReadingRequest request) {
        @Nullable String extension = extension(handshake);
        WebSocketConnection connection =
                WebSocketConnection.ofReader(exchange.loop(), framing(plainRendering(request), extension));
        connection.listen(exchange.context().acceptor().read(request.reading(exchange), connection));
        upgrade(exchange, handshake, extension, connection);
    }

    /** Serves a peer that sends to a handler, by a channel that ends with the connection. */
    private void send(HttpExchange exchange, OpeningHandshake handshake, ReadingRequest request, String handler) {
        @Nullable String extension = extension(handshake);
        WebSocketConnection connection = WebSocketConnection.ofSender(
                exchange.loop(),
                framing(plainRendering(request), extension),
                exchange.context().limits().message(),
                handler,
                new Receipts(heartbeatNanos, exchange.loop().nanoTime()));
        connection.listen(exchange.context().acceptor().attach(request.attachment(exchange, false, false), connection));
        upgrade(exchange, handshake, extension, connection);
    }

    private static Rendering plainRendering(ReadingRequest request) {
        return request.isJson() ? Rendering.JSON : Rendering.RAW;
    }

    private void upgrade(
            HttpExchange exchange,
            OpeningHandshake handshake,
            @Nullable String extension,
            WebSocketConnection connection) {
        WebSocketHandler socket = new WebSocketHandler(extension == null ? plainRules : compressedRules, connection);
        HttpHeaders headers = HttpExchange.newHeaders();
        handshake.accept(headers, extension);
        exchange.upgrade(headers, socket.pipeline());
    }

    private @Nullable String extension(OpeningHandshake handshake) {
        return compression ? Compression.answer(handshake.extensions()) : null;
    }

    private Framing framing(Rendering rendering, @Nullable String extension) {
        @Nullable Framing framing = extension == null ? null : compressed.get(rendering);
        return framing == null ? WebSocketFraming.of(rendering) : framing;
    }
}
