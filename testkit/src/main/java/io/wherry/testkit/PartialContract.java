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
 * Runs parts of the {@link TransportContract}: a subclass names a transport, its settings, and, as interfaces, the parts. For
 * further runs of a transport with other settings; the first is the whole contract's.
 */
@Timeout(60)
public abstract class PartialContract implements ContractPart {

    /** How often polling clients ask, in place of every 5 s. */
    private static final Map<String, String> IN_HASTE = Map.of("wherry.http.poll-interval", "30ms");

    private @Nullable Fixture fixture;

    /** For subclasses. */
    protected PartialContract() {}

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
