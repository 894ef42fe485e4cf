// SPDX-License-Identifier: Apache-2.0
/** An endless HTTP response downwards, POST upwards. */
module io.wherry.transport.comet {
    requires transitive io.wherry.transport.http;
    requires org.slf4j;
    requires static transitive org.jspecify;
}
