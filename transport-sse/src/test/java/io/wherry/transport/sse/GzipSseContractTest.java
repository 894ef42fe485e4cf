// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.spi.Transport;
import io.wherry.testkit.DeliveryContract;
import java.util.Map;

/** What the contract says of messages on their way down, with compression of every size. */
class GzipSseContractTest extends DeliveryContract {

    @Override
    protected Transport transport() {
        return new SseTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("wherry.http.compression", "true", "wherry.http.compression-threshold", "1");
    }
}
