// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;
import java.util.Map;

/** The contract over HTTP/2, which the client knows the server to speak. */
class Http2SseContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new SseTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("wherry.http.version", "2");
    }
}
