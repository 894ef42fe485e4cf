// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.wherry.spi.Transport;
import io.wherry.testkit.ChangeoverContract;
import io.wherry.testkit.PartialContract;
import io.wherry.testkit.SlowReaderContract;
import java.util.Map;

/** What the contract says of slow readers and of changes, over HTTP/2 in clear. */
class Http2CometContractTest extends PartialContract implements SlowReaderContract, ChangeoverContract {

    @Override
    protected Transport transport() {
        return new CometTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("wherry.http.version", "2");
    }
}
