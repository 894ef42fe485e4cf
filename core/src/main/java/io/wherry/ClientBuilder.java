// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import io.wherry.channel.RealClient;
import io.wherry.channel.Transports;
import io.wherry.config.ConfigKey;
import io.wherry.spi.Environment;
import io.wherry.spi.Transport;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A client that is being configured. Not thread-safe. What is set here goes before every other source of configuration. */
public final class ClientBuilder {

    private final Map<String, String> values = new TreeMap<>();
    private final Map<String, String> headers = new TreeMap<>();
    private final Map<String, Supplier<String>> suppliedHeaders = new TreeMap<>();
    private final List<Transport> transports = new ArrayList<>();
    private @Nullable Path file;
    private @Nullable Environment environment;

    ClientBuilder() {}

    /** The transports, by name, the preferred one first. */
    public ClientBuilder transports(String... names) {
        return set("wherry.transports", String.join(",", names));
    }

    /** A transport in code; it need not be on the class path as a service. Its name must be among the transports. */
    public ClientBuilder transport(Transport transport) {
        transports.add(transport);
        return this;
    }

    /** A header to send with every request, such as {@code Authorization}. */
    public ClientBuilder header(String name, String value) {
        headers.put(name, value);
        suppliedHeaders.remove(name);
        return this;
    }

    /**
     * A header whose value changes, such as {@code Authorization} with a token that expires. The value is asked for anew for each
     * connection, before it is made; for each refresh ({@link Channel#refreshCredentials}), which the server may ask for; and again
     * where the server refuses it as {@link ErrorCode#UNAUTHORIZED}. Requests between that, as polls make them, carry the last one.
     *
     * @param value asked on a callback thread, and may block, but no longer than {@code wherry.connect-timeout}; what it throws fails
     *     the attempt
     */
    public ClientBuilder header(String name, Supplier<String> value) {
        suppliedHeaders.put(name, Objects.requireNonNull(value, "value"));
        headers.remove(name);
        return this;
    }

    /** A value for a key. */
    public ClientBuilder set(ConfigKey<?> key, String value) {
        return set(key.name(), value);
    }

    /** A value for the key of a name, such as {@code wherry.heartbeat}. */
    public ClientBuilder set(String key, String value) {
        values.put(key, value);
        return this;
    }

    /** A file of properties, which goes before {@code wherry.properties} on the class path. */
    public ClientBuilder config(Path path) {
        this.file = path;
        return this;
    }

    /** What the client runs on, in place of loops and threads of its own. For tests on virtual time. */
    public ClientBuilder environment(Environment given) {
        this.environment = given;
        return this;
    }

    /**
     * Makes the client.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} for a configuration that is wrong
     */
    public Client build() {
        return build(false);
    }

    private Client build(boolean closesWithChannel) {
        Transports found = new Transports(transports);
        return new RealClient(
                found.load(values, file), found, headers, suppliedHeaders, closesWithChannel, environment);
    }

    /**
     * Opens a channel with a client of its own, which ends with the channel. It keeps the JVM alive until the channel is closed.
     *
     * @param uri the server's path, such as {@code http://localhost:8080/wherry}
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} for a configuration that is wrong
     */
    public Channel connect(URI uri) {
        return build(true).connect(uri);
    }
}
