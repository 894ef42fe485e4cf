// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.spi.Transport;
import io.wherry.testkit.LimitContract;
import io.wherry.testkit.PartialContract;
import io.wherry.testkit.TopicContract;
import java.util.Map;

/** What the contract says of topics, and of peers that misbehave, over HTTP/2 in clear. */
class ClearHttp2SseContractTest extends PartialContract implements TopicContract, LimitContract {

    @Override
    protected Transport transport() {
        return new SseTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("wherry.http.version", "2");
    }
}
