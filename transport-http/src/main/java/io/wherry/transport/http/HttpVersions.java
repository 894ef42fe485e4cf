// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.ssl.ApplicationProtocolNames;
import io.wherry.config.Config;
import java.util.List;

/** Which versions of HTTP are spoken. */
enum HttpVersions {

    /** HTTP/1.1 alone. */
    ONE,

    /** HTTP/2 alone; without TLS the server is taken to speak it. */
    TWO,

    /** Whatever the server chooses by ALPN; HTTP/1.1 without TLS. */
    BEST;

    /** Those of a client, by {@code wherry.http.version}. */
    static HttpVersions of(Config config) {
        return switch (config.get(HttpKeys.VERSION)) {
            case "1.1" -> ONE;
            case "2" -> TWO;
            default -> BEST;
        };
    }

    /** What they are called in ALPN, the best first. */
    List<String> protocols() {
        return switch (this) {
            case ONE -> List.of(ApplicationProtocolNames.HTTP_1_1);
            case TWO -> List.of(ApplicationProtocolNames.HTTP_2);
            case BEST -> List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
        };
    }

    /** What is spoken where nothing is negotiated. */
    String withoutNegotiation() {
        return this == TWO ? ApplicationProtocolNames.HTTP_2 : ApplicationProtocolNames.HTTP_1_1;
    }

    /** Whether a connection may turn out to be one of HTTP/2. */
    boolean mayBeTwo(boolean isSecure) {
        return this == TWO || (this == BEST && isSecure);
    }
}
