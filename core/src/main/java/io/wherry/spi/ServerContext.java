// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.Limits;
import io.wherry.config.Config;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** What a server half is given: its server, seen from below. Thread-safe. */
public interface ServerContext {

    /** The server's configuration. */
    Config config();

    /** The limits on what peers may do. */
    Limits limits();

    /** The server's loops. */
    Loops loops();

    /** Where the channels are. */
    Acceptor acceptor();

    /** Where code of the application runs that may block. */
    Executor callbacks();

    /**
     * A port of a type, made at the first call: transports that share a port ask for the same type.
     */
    <P extends Port> P port(Class<P> type, Function<ServerContext, P> factory);
}
