// SPDX-License-Identifier: Apache-2.0
/** Server-sent events downwards, POST upwards. */
module io.wherry.transport.sse {
    requires transitive io.wherry.transport.http;
    requires static transitive org.jspecify;

    exports io.wherry.transport.sse;

    provides io.wherry.spi.Transport with
            io.wherry.transport.sse.SseTransport;
}
