// SPDX-License-Identifier: Apache-2.0
/** Wherry's core: channels, topics and messages; the log; what a transport implements. */
@org.jspecify.annotations.NullMarked
module io.wherry.core {
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires static io.netty.transport.classes.epoll;
    requires static io.netty.transport.classes.io_uring;
    requires static io.netty.transport.classes.kqueue;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports io.wherry;
    exports io.wherry.config;
    exports io.wherry.spi;

    uses io.wherry.spi.Codec;
    uses io.wherry.spi.Transport;
}
