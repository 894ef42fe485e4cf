// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;

class WebSocketContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new WebSocketTransport();
    }
}
