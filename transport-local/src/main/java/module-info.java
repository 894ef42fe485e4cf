// SPDX-License-Identifier: Apache-2.0
/** A transport inside one process: no sockets, for tests and embedding. */
module io.wherry.transport.local {
    requires transitive io.wherry.core;
    requires static transitive org.jspecify;

    exports io.wherry.transport.local;

    provides io.wherry.spi.Transport with
            io.wherry.transport.local.LocalTransport;
}
