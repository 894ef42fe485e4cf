// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import io.wherry.channel.RealServer;
import io.wherry.channel.Transports;
import io.wherry.config.ConfigKey;
import io.wherry.spi.Environment;
import io.wherry.spi.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A server that is being configured. Not thread-safe. What is set here goes before every other source of configuration. */
public final class ServerBuilder {

    private final Map<String, String> values = new TreeMap<>();
    private final List<Transport> transports = new ArrayList<>();
    private @Nullable Path file;
    private @Nullable Environment environment;
    private @Nullable Authenticator authenticator;
    private @Nullable Authorizer authorizer;

    ServerBuilder() {}

    /** The TCP port; 0 for any that is free. */
    public ServerBuilder port(int port) {
        return set("wherry.port", Integer.toString(port));
    }

    /** The transports, by name. */
    public ServerBuilder transports(String... names) {
        return set("wherry.transports", String.join(",", names));
    }

    /** A transport in code; it need not be on the class path as a service. Its name must be among the transports. */
    public ServerBuilder transport(Transport transport) {
        transports.add(transport);
        return this;
    }

    /** A value for a key. */
    public ServerBuilder set(ConfigKey<?> key, String value) {
        return set(key.name(), value);
    }

    /** A value for the key of a name, such as {@code wherry.heartbeat}. */
    public ServerBuilder set(String key, String value) {
        values.put(key, value);
        return this;
    }

    /** A file of properties, which goes before {@code wherry.properties} on the class path. */
    public ServerBuilder config(Path path) {
        this.file = path;
        return this;
    }

    /** Who says who a peer is; without one everybody is let in, as nobody known. */
    public ServerBuilder authenticator(Authenticator who) {
        this.authenticator = who;
        return this;
    }

    /** Who says what a peer may do; without one everybody may subscribe and send. */
    public ServerBuilder authorizer(Authorizer what) {
        this.authorizer = what;
        return this;
    }

    /** What the server runs on, in place of loops and threads of its own. For tests on virtual time. */
    public ServerBuilder environment(Environment given) {
        this.environment = given;
        return this;
    }

    /**
     * Makes the server; it does not serve before {@link Server#start()}.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} for a configuration that is wrong
     */
    public Server build() {
        Transports found = new Transports(transports);
        return new RealServer(found.load(values, file), found, authenticator, authorizer, environment);
    }
}
