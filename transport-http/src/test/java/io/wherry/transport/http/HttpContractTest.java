// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;

final class HttpContractTest extends TransportContract {

    @Override
    protected Transport transport() {
        return new HttpTransport();
    }
}
