// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;

class SseContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new SseTransport();
    }
}
