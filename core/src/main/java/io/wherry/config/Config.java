// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values for configuration keys, checked. Immutable. */
public final class Config {

    private final Map<ConfigKey<?>, Object> values;
    private final Map<String, Setting> settings;

    private Config(Map<ConfigKey<?>, Object> values, Map<String, Setting> settings) {
        this.values = values;
        this.settings = settings;
    }

    /**
     * Checks values against the keys there are.
     *
     * @param values by the names of keys
     * @param known the keys there are; one may be named several times
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} that names each key that is unknown or has a bad value, with
     *     the value, where it came from and what was expected
     */
    public static Config of(Map<String, String> values, Collection<ConfigKey<?>> known) {
        List<Setting> settings = new ArrayList<>();
        new TreeMap<>(values).forEach((key, value) -> settings.add(Setting.of(key, value, "the values given")));
        return of(settings, known);
    }

    /** Checks settings, of which a later one goes before an earlier one with the same key. */
    static Config of(List<Setting> settings, Collection<ConfigKey<?>> known) {
        Map<String, ConfigKey<?>> keys = byName(known);
        Map<String, Setting> effective = new LinkedHashMap<>();
        settings.forEach(setting -> effective.put(setting.key(), setting));

        List<String> problems = new ArrayList<>();
        Map<ConfigKey<?>, Object> values = new HashMap<>();
        for (Setting setting : effective.values()) {
            @Nullable ConfigKey<?> key = keys.get(setting.key());
            if (key == null) {
                problems.add(UnknownKey.describe(setting, keys.keySet()));
                continue;
            }
            try {
                values.put(key, key.parse(setting.value()));
            } catch (IllegalArgumentException | ArithmeticException e) {
                problems.add(setting + " (expected: " + key.expected() + ")");
            }
        }
        Config config = new Config(Map.copyOf(values), new TreeMap<>(effective));
        if (problems.isEmpty()) {
            CoreChecks.run(config, problems);
        }
        if (!problems.isEmpty()) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST, "configuration: " + String.join("\nconfiguration: ", problems));
        }
        return config;
    }

    private static Map<String, ConfigKey<?>> byName(Collection<ConfigKey<?>> known) {
        Map<String, ConfigKey<?>> keys = new TreeMap<>();
        for (ConfigKey<?> key : known) {
            @Nullable ConfigKey<?> other = keys.put(key.name(), key);
            if (other != null && other != key) {
                throw new IllegalArgumentException("known: two keys " + key + " (expected: one key for each name)");
            }
        }
        return keys;
    }

    /** Whether a key has a value of its own, not its default. */
    public boolean isSet(ConfigKey<?> key) {
        return values.containsKey(key);
    }

    /** The value of a key, or its default where none was given. */
    public <T> T get(ConfigKey<T> key) {
        @Nullable Object value = values.get(key);
        if (value == null) {
            return key.defaultValue();
        }
        @SuppressWarnings("unchecked") // the value was made by this very key
        T typed = (T) value;
        return typed;
    }

    /** The value of a key as it was written, or its default, and where it came from. */
    String describe(ConfigKey<?> key) {
        @Nullable Setting setting = settings.get(key.name());
        return setting == null ? key.name() + ": " + key.defaultText() + ", the default" : setting.toString();
    }

    /** What was set, and where; values that may be secret are masked. */
    @Override
    public String toString() {
        return "Config" + settings.values();
    }
}
