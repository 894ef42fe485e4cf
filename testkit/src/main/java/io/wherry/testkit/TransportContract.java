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
 * What every transport keeps, as tests: a transport's own test extends this class and names the transport.
 *
 * <pre>{@code
 * class SseContractTest extends TransportContract {
 *     @Override
 *     protected Transport transport() {
 *         return new SseTransport();
 *     }
 * }
 * }</pre>
 *
 * <p>The tests speak the public interface alone, on servers at port 0 of the loopback address. The parts are {@link
 * ChannelContract} (opening and ending), {@link MessageContract}, {@link RequestContract}, {@link TopicContract}, {@link
 * ResumeContract} (a network that breaks), {@link ChangeoverContract} (another connection), {@link LimitContract}
 * (peers and handlers that misbehave), {@link SlowReaderContract}, {@link ProbeContract} (what works on a path), {@link
 * StopContract} (a server that stops) and {@link AuthenticationContract} (to whom a channel belongs), {@link LostPeerContract}. After each test nothing may
 * be left: no event that nobody expected, no channel, no thread, no buffer.
 */
@Timeout(60)
public abstract class TransportContract
        implements ChannelContract,
                MessageContract,
                RequestContract,
                TopicContract,
                ResumeContract,
                ChangeoverContract,
                LimitContract,
                ProbeContract,
                SlowReaderContract,
                StopContract,
                AuthenticationContract,
                LostPeerContract {

    /** How often polling clients ask, in place of every 5 s. */
    private static final Map<String, String> IN_HASTE = Map.of("wherry.http.poll-interval", "30ms");

    private @Nullable Fixture fixture;

    /** For subclasses. */
    protected TransportContract() {}

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
