// SPDX-License-Identifier: Apache-2.0
/** A transport inside one process: no sockets, for tests and embedding. */
module io.wherry.transport.local {
    requires transitive io.wherry.core;
    requires org.slf4j;
    requires static transitive org.jspecify;
}
