// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Transport;
import java.util.List;

/** The transport {@code websocket}: one socket, both ways (RFC 6455, with RFC 7692 by configuration). */
public final class WebSocketTransport implements Transport {

    static final String NAME = "websocket";

    /** Called by {@link java.util.ServiceLoader}, or for {@code transport(...)} of a builder. */
    public WebSocketTransport() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return WebSocketKeys.all();
    }

    @Override
    public ServerTransport server(Config config) {
        return new WebSocketServer(config);
    }

    @Override
    public ClientTransport client(Config config) {
        return new WebSocketClient(config);
    }
}
