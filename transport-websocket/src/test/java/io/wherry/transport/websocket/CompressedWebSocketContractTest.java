// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;
import java.util.Map;

/** The same contract with permessage-deflate, for messages of every size. */
class CompressedWebSocketContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new WebSocketTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("wherry.websocket.compression", "true", "wherry.websocket.compression-threshold", "1");
    }
}
