// SPDX-License-Identifier: Apache-2.0
/** What the HTTP transports share. */
module io.wherry.transport.http {
    requires transitive io.wherry.core;
    requires transitive io.netty.codec.http;
    requires transitive io.netty.handler;
    requires org.slf4j;
    requires static transitive org.jspecify;
}
