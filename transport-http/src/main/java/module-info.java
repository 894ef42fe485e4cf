// SPDX-License-Identifier: Apache-2.0
/** HTTP: the port that all HTTP transports share, plain requests, short polling, and the way up by POST. */
@org.jspecify.annotations.NullMarked
module io.wherry.transport.http {
    requires transitive io.wherry.core;
    requires transitive io.netty.codec.http;
    requires transitive io.netty.handler;
    requires io.netty.codec;
    requires io.netty.codec.http2;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.wherry.transport.http;

    provides io.wherry.spi.Transport with
            io.wherry.transport.http.HttpTransport;
}
