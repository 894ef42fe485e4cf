// SPDX-License-Identifier: Apache-2.0
/** WebSocket: one connection, both ways. */
module io.wherry.transport.websocket {
    requires transitive io.wherry.transport.http;
    requires io.netty.codec;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.wherry.transport.websocket;

    provides io.wherry.spi.Transport with
            io.wherry.transport.websocket.WebSocketTransport;
}
