// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.peers;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.wherry.benchmarks.server.Contender;
import io.wherry.benchmarks.server.Settings;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/** Vert.x: each message is written to each WebSocket, on the loop that they belong to. */
public final class VertxContender implements Contender {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Set<ServerWebSocket> sockets = new LinkedHashSet<>();
    private final Context loop = vertx.getOrCreateContext();
    private final HttpServer server;
    private volatile int count;

    /** Starts it. */
    public VertxContender(Settings settings) throws Exception {
        server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0).setAcceptBacklog(4096))
                .webSocketHandler(this::open);
        server.listen().toCompletionStage().toCompletableFuture().get();
    }

    private void open(ServerWebSocket socket) {
        socket.textMessageHandler(socket::writeTextMessage);
        socket.closeHandler(closed -> loop.runOnContext(turn -> {
            sockets.remove(socket);
            count = sockets.size();
        }));
        loop.runOnContext(turn -> {
            sockets.add(socket);
            count = sockets.size();
        });
    }

    @Override
    public int port() {
        return server.actualPort();
    }

    @Override
    public String version() {
        return "Vert.x " + Versions.of("vertx");
    }

    @Override
    public int subscribers() {
        return count;
    }

    @Override
    public void publish(int topic, byte[] text) {
        String message = new String(text, StandardCharsets.UTF_8);
        loop.runOnContext(turn -> sockets.forEach(socket -> socket.writeTextMessage(message)));
    }

    @Override
    public void close() {
        vertx.close();
    }
}
