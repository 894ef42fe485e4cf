// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import io.wherry.WherryException;
import java.util.regex.Pattern;

/**
 * A value for a key, from one of the places where values may be. Immutable.
 *
 * @param key the key's name
 * @param spelling the key as it is spelled in that place
 * @param value as it was written
 * @param origin the place, in words
 */
record Setting(String key, String spelling, String value, String origin) {

    private static final Pattern SECRET = Pattern.compile("password|passphrase|secret|token|credential");

    static Setting of(String key, String value, String origin) {
        return new Setting(key, key, value, origin);
    }

    /** Whether the values of a key are not to be shown, going by its name. */
    static boolean isSecret(String key) {
        return SECRET.matcher(key).find();
    }

    /** Key and place, for a message. */
    String masked() {
        return spelling + ": ***, from " + origin;
    }

    /** Key, value (unless it is secret) and place, for a message. */
    @Override
    public String toString() {
        return isSecret(key) ? masked() : spelling + ": " + WherryException.quote(value) + ", from " + origin;
    }
}
