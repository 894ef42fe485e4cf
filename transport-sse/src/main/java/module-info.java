// SPDX-License-Identifier: Apache-2.0
/** Server-sent events downwards, POST upwards. */
module io.wherry.transport.sse {
    requires transitive io.wherry.transport.http;
    requires org.slf4j;
    requires static transitive org.jspecify;
}
