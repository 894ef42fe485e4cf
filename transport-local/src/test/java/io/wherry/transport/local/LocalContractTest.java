// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.local;

import io.wherry.Server;
import io.wherry.spi.Transport;
import io.wherry.testkit.TransportContract;
import java.net.URI;
import java.util.Map;
import java.util.UUID;

class LocalContractTest extends TransportContract {

    private final String name = UUID.randomUUID().toString();

    @Override
    protected Transport transport() {
        return new LocalTransport();
    }

    @Override
    protected URI uri(Server server) {
        return URI.create("local://" + name);
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of(LocalTransport.NAME.name(), name);
    }
}
