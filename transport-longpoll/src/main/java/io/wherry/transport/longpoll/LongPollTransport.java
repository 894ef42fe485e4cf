// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Transport;
import java.util.List;

/** The transport {@code longpoll}: a request that waits until there is news downwards, POST upwards. */
public final class LongPollTransport implements Transport {

    /** The name. */
    static final String NAME = "longpoll";

    /** Called by {@link java.util.ServiceLoader}, or for {@code transport(...)} of a builder. */
    public LongPollTransport() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return LongPollKeys.all();
    }

    @Override
    public ServerTransport server(Config config) {
        return new LongPollServerTransport(config);
    }

    @Override
    public ClientTransport client(Config config) {
        return new LongPollClientTransport(config);
    }
}
