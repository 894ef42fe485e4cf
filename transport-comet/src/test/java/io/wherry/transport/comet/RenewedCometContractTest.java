// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;
import java.util.Map;

/** The contract over responses that end all the time, in gzip that ends with each, with a delimiter of its own. */
class RenewedCometContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new CometTransport();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of(
                "wherry.comet.response-bytes", "8KiB",
                "wherry.comet.delimiter", "ThisCometMessageEnded",
                "wherry.http.compression", "true",
                "wherry.http.compression-threshold", "1");
    }
}
