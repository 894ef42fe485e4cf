// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Transport;
import java.util.List;

/** The transport {@code sse}: an event stream downwards, POST upwards. A browser's {@code EventSource} reads it too. */
public final class SseTransport implements Transport {

    /** The name. */
    static final String NAME = "sse";

    /** Called by {@link java.util.ServiceLoader}, or for {@code transport(...)} of a builder. */
    public SseTransport() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return SseKeys.all();
    }

    @Override
    public ServerTransport server(Config config) {
        return new SseServerTransport(config);
    }

    @Override
    public ClientTransport client(Config config) {
        return new SseClientTransport(config);
    }
}
