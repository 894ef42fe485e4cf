// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.config.ConfigLoader;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transports there are, by name: those given in code, and those on the class path. Immutable.
 */
public final class Transports {

    private static final Logger log = LoggerFactory.getLogger(Transports.class);
    private static final Set<String> OURS = Set.of("websocket", "sse", "longpoll", "comet", "http", "local");

    private final Set<String> givenNames = new LinkedHashSet<>();
    private final Map<String, Transport> byName = new LinkedHashMap<>();

    /** Finds the transports; one that is given in code goes before one of the same name on the class path. */
    public Transports(List<Transport> given) {
        for (Transport transport : given) {
            byName.putIfAbsent(transport.name(), transport);
            givenNames.add(transport.name());
        }
        for (Transport transport : ServiceLoader.load(Transport.class, Transport.class.getClassLoader())) {
            byName.putIfAbsent(transport.name(), transport);
        }
    }

    /** Loads the configuration, with the keys of the core and of all transports there are. */
    public Config load(Map<String, String> values, @Nullable Path file) {
        List<ConfigKey<?>> known = new ArrayList<>(CoreKeys.all());
        byName.values().forEach(transport -> known.addAll(transport.keys()));
        return ConfigLoader.load(values, file, known);
    }

    /**
     * The transports that a configuration names, in its order. Where it names none, those of the default order that there
     * are, or else all that there are.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} for a name without its module, with the artifact to add
     */
    List<Transport> named(Config config) {
        List<String> names = config.get(CoreKeys.TRANSPORTS);
        if (!config.isSet(CoreKeys.TRANSPORTS)) {
            return unnamed(names);
        }
        for (String given : givenNames) {
            if (!names.contains(given)) {
                log.warn("the transport {} was given in code, but {} does not name it", given, CoreKeys.TRANSPORTS);
            }
        }
        List<Transport> named = new ArrayList<>();
        for (String name : names) {
            @Nullable Transport transport = byName.get(name);
            if (transport == null) {
                throw new WherryException(
                        ErrorCode.BAD_REQUEST,
                        CoreKeys.TRANSPORTS + ": " + name + " (expected: "
                                + (OURS.contains(name)
                                        ? "io.wherry:wherry-transport-" + name + " on the class path"
                                        : "one of " + String.join(", ", byName.keySet()))
                                + ")");
            }
            named.add(transport);
        }
        return named;
    }

    private List<Transport> unnamed(List<String> defaultOrder) {
        if (byName.isEmpty()) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    CoreKeys.TRANSPORTS
                            + ": there is none (expected: io.wherry:wherry-transport-websocket, or another, on the class path)");
        }
        List<Transport> there = new ArrayList<>();
        for (String name : defaultOrder) {
            @Nullable Transport transport = byName.get(name);
            if (transport != null) {
                there.add(transport);
            }
        }
        return there.isEmpty() ? List.copyOf(byName.values()) : there;
    }
}
