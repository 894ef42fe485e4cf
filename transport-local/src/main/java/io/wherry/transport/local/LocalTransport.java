// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Transport;
import java.util.List;

/**
 * The transport {@code local}: server and client in one process, without sockets and threads of its own.
 *
 * <p>A server is bound under a name, and a client finds it by {@code local://NAME}. A client with another URI finds the
 * server whose name its own configuration says, so that a program that names an HTTP address needs no change.
 */
public final class LocalTransport implements Transport {

    /** The name under which a server is bound. */
    public static final ConfigKey<String> NAME = ConfigKey.text(
            "wherry.local.name",
            "wherry",
            "The name under which a server is found in its process; a client takes it where its URI is not local://NAME.");

    /** Called by {@link java.util.ServiceLoader}, or for {@code transport(...)} of a builder. */
    public LocalTransport() {}

    @Override
    public String name() {
        return "local";
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return List.of(NAME);
    }

    @Override
    public ServerTransport server(Config config) {
        return context -> context.port(LocalPort.class, LocalPort::new);
    }

    @Override
    public ClientTransport client(Config config) {
        return new LocalClientTransport(config.get(NAME));
    }
}
