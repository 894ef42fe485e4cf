// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values for configuration keys, checked. Immutable. */
public final class Config {

    private final Map<String, String> values;

    private Config(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Checks values against the keys there are.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} that names the key, the value and what was expected
     */
    public static Config of(Map<String, String> values, Collection<ConfigKey<?>> known) {
        return new Config(new TreeMap<>(values));
    }

    /** The value of a key, or its default. */
    public <T> T get(ConfigKey<T> key) {
        @Nullable String text = values.get(key.name());
        return key.parse(text == null ? key.defaultText() : text);
    }
}
