// SPDX-License-Identifier: Apache-2.0
/** Long polling: one request waits for each batch of messages. */
module io.wherry.transport.longpoll {
    requires transitive io.wherry.transport.http;
    requires static transitive org.jspecify;

    exports io.wherry.transport.longpoll;

    provides io.wherry.spi.Transport with
            io.wherry.transport.longpoll.LongPollTransport;
}
