// SPDX-License-Identifier: Apache-2.0
/** Long polling: one request waits for each batch of messages. */
module io.wherry.transport.longpoll {
    requires transitive io.wherry.transport.http;
    requires org.slf4j;
    requires static transitive org.jspecify;
}
