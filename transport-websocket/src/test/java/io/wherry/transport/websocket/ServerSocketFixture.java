// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static io.wherry.transport.websocket.Frames.FIN;
import static io.wherry.transport.websocket.Frames.PING;
import static io.wherry.transport.websocket.Frames.PONG;
import static io.wherry.transport.websocket.Frames.masked;

import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.transport.websocket.RawSocket.Frame;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A server whose WebSocket is spoken to by hand. */
abstract class ServerSocketFixture {

    @Nullable Server started;

    Server server(String... settings) {
        var builder = Wherry.server()
                .transports("websocket")
                .set("wherry.host", "127.0.0.1")
                .set("wherry.port", "0");
        for (int i = 0; i < settings.length; i += 2) {
            builder.set(settings[i], settings[i + 1]);
        }
        Server server = builder.build();
        server.topic("time");
        server.onMessage("echo", (channel, message) -> channel.send("echo", message));
        server.onRequest(
                "upper", (channel, message) -> Message.of(message.text().toUpperCase(java.util.Locale.ROOT)));
        server.start();
        started = server;
        return server;
    }

    @AfterEach
    void stop() {
        if (started != null) {
            started.close();
        }
    }

    String refused(String request) {
        Server server = server();
        try (RawSocket raw = new RawSocket(server.port())) {
            return raw.write(request.replace("keep-alive, Upgrade", "Upgrade, close"))
                    .readToEnd();
        }
    }

    /** The next frame but pings, which are answered. */
    static Frame readMessage(RawSocket raw) {
        Frame frame = raw.readFrame();
        while (frame.opcode() == PING) {
            raw.write(masked(FIN | PONG, frame.payload()));
            frame = raw.readFrame();
        }
        return frame;
    }
}
