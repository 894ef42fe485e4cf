// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Transport;
import java.util.List;

/** The transport {@code comet}: one response that goes on, each message followed by a delimiter, downwards, POST upwards. */
public final class CometTransport implements Transport {

    /** The name. */
    static final String NAME = "comet";

    /** Called by {@link java.util.ServiceLoader}, or for {@code transport(...)} of a builder. */
    public CometTransport() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return CometKeys.all();
    }

    @Override
    public ServerTransport server(Config config) {
        return new CometServerTransport(config);
    }

    @Override
    public ClientTransport client(Config config) {
        return new CometClientTransport(config);
    }
}
