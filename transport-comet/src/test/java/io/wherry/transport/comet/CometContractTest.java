// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;

class CometContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new CometTransport();
    }
}
