// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import io.wherry.Server;
import io.wherry.config.ConfigKey;
import io.wherry.spi.Transport;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * The part of the {@link TransportContract} that is about messages on their way down: that they come whole, in order and once, across
 * connections that break and readers that are slow. For a second run of a transport with other settings; the first is the
 * whole contract's.
 */
@Timeout(60)
public abstract class DeliveryContract implements MessageContract, TopicContract, ResumeContract, SlowReaderContract {

    /** How often polling clients ask, in place of every 5 s. */
    private static final Map<String, String> IN_HASTE = Map.of("wherry.http.poll-interval", "30ms");

    private @Nullable Fixture fixture;

    /** For subclasses. */
    protected DeliveryContract() {}

    /** The transport under test: a new object, or one that keeps no state. */
    protected abstract Transport transport();

    /** Where a server that has started is found. */
    protected URI uri(Server server) {
        return URI.create("http://127.0.0.1:" + server.port() + "/wherry");
    }

    /** Configuration for servers and clients, asked for once a test. */
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Override
    public final Fixture fixture() {
        return Objects.requireNonNull(fixture, "fixture");
    }

    @BeforeEach
    final void openFixture() {
        Transport transport = transport();
        Map<String, String> settings = new HashMap<>();
        for (ConfigKey<?> key : transport.keys()) {
            @Nullable String value = IN_HASTE.get(key.name());
            if (value != null) {
                settings.put(key.name(), value);
            }
        }
        settings.putAll(settings());
        fixture = new Fixture(transport, this::uri, settings);
    }

    @AfterEach
    final void closeFixture() {
        fixture().close();
    }
}
