// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;

class LongPollContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new LongPollTransport();
    }
}
