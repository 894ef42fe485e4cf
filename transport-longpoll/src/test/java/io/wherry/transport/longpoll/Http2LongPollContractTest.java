// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import io.wherry.spi.Transport;
import io.wherry.testkit.MessageContract;
import io.wherry.testkit.PartialContract;
import io.wherry.testkit.RequestContract;
import java.util.Map;

/** What the contract says of messages and requests, over HTTP/2 in clear. */
class Http2LongPollContractTest extends PartialContract implements MessageContract, RequestContract {

    @Override
    protected Transport transport() {
        return new LongPollTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("wherry.http.version", "2");
    }
}
