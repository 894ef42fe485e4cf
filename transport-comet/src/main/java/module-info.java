// SPDX-License-Identifier: Apache-2.0
/** An endless HTTP response downwards, POST upwards. */
module io.wherry.transport.comet {
    requires transitive io.wherry.transport.http;
    requires static transitive org.jspecify;

    exports io.wherry.transport.comet;

    provides io.wherry.spi.Transport with
            io.wherry.transport.comet.CometTransport;
}
