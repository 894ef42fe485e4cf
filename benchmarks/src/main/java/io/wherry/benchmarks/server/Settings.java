// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server under test is told when it starts. Immutable.
 *
 * @param values names and values, in order
 */
public record Settings(Map<String, String> values) {

    /** The name of the transport that will be used. */
    public static final String TRANSPORT = "transport";

    /** How many topics there will be, 1 where it does not say. */
    public static final String TOPICS = "topics";

    /** Which topic a message goes to: a {@link Rotation}, all in turn where it does not say. */
    public static final String ROTATION = "rotation";

    /** How many bytes bare Netty joins to one buffer; it joins none where that does not say. */
    public static final String JOIN = "join";

    /** On how many threads beside its loop bare Netty answers what it is asked; on the loop where that does not say. */
    public static final String THREADS = "threads";

    /** Files in PEM, separated by a colon: certificate and key. */
    public static final String TLS = "tls";

    /** What is carried: {@code text}, or {@code json}, which can be compressed as such things can. */
    public static final String PAYLOAD = "payload";

    /** Whether what is sent may be compressed. */
    public static final String COMPRESSION = "compression";

    /** Keeps a copy. */
    public Settings {
        values = Map.copyOf(values);
    }

    /** Settings with nothing but a transport. */
    public static Settings of(String transport) {
        return new Settings(Map.of(TRANSPORT, transport));
    }

    /** The same with one more. */
    public Settings with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new Settings(more);
    }

    /** The same with some more. */
    public Settings with(Map<String, String> some) {
        Map<String, String> more = new LinkedHashMap<>(values);
        more.putAll(some);
        return new Settings(more);
    }

    /** From arguments {@code name=value}. */
    static Settings parse(List<String> arguments) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("setting: " + argument + " (expected: name=value)");
            }
            values.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        return new Settings(values);
    }

    /** As arguments {@code name=value}. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        values.forEach((name, value) -> arguments.add(name + "=" + value));
        return arguments;
    }

    /** The transport's name. */
    public String transport() {
        return values.getOrDefault(TRANSPORT, "websocket");
    }

    /** How many topics there will be. */
    public int topics() {
        return Integer.parseInt(values.getOrDefault(TOPICS, "1"));
    }

    /** Which topic a message goes to. */
    public Rotation rotation() {
        return Rotation.of(values.getOrDefault(ROTATION, "all"));
    }

    /** How many bytes are joined to one buffer; 0 for none. */
    int joinedBytes() {
        return Integer.parseInt(values.getOrDefault(JOIN, "0"));
    }

    /** On how many threads beside the loop is answered; 0 for the loop. */
    int threads() {
        return Integer.parseInt(values.getOrDefault(THREADS, "0"));
    }

    /** Whether the payload is like JSON. */
    boolean isJson() {
        return "json".equals(values.get(PAYLOAD));
    }

    /** Whether what is sent may be compressed. */
    public boolean isCompressed() {
        return values.containsKey(COMPRESSION);
    }

    /** Certificate and key, or an empty list. */
    public List<String> tls() {
        String files = values.get(TLS);
        return files == null ? List.of() : List.of(files.split(":", 2));
    }
}
