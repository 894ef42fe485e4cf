// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.spi.Transport;
import io.wherry.testkit.ChannelContract;
import io.wherry.testkit.PartialContract;
import io.wherry.testkit.StopContract;
import java.util.Map;

/** What the contract says of channels that open and end, and of a server that stops, over HTTP/2 in clear. */
class Http2ContractTest extends PartialContract implements ChannelContract, StopContract {

    @Override
    protected Transport transport() {
        return new HttpTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("wherry.http.version", "2");
    }
}
