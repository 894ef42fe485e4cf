// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import java.util.List;

/**
 * A way to move readers forward: the halves of it, under a name. Found by {@link java.util.ServiceLoader}; stateless.
 */
public interface Transport {

    /** The word in the configuration, such as {@code websocket}. */
    String name();

    /** The configuration keys that are this transport's own. */
    List<ConfigKey<?>> keys();

    /** A server half, for one server. */
    ServerTransport server(Config config);

    /** A client half, for one client. */
    ClientTransport client(Config config);
}
