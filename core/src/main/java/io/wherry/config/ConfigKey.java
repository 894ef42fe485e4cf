// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * One thing that can be configured: its name, type, default and bounds. Immutable.
 *
 * @param <T> the type of its value
 */
public final class ConfigKey<T> {

    private final String name;
    private final String defaultText;
    private final String expected;
    private final String description;
    private final Function<String, T> parser;

    private ConfigKey(
            String name, String defaultText, String expected, String description, Function<String, T> parser) {
        this.name = Objects.requireNonNull(name, "name");
        this.defaultText = defaultText;
        this.expected = expected;
        this.description = description;
        this.parser = parser;
        parser.apply(defaultText);
    }

    /** A key with a text; the empty text is allowed. */
    public static ConfigKey<String> text(String name, String defaultValue, String description) {
        return new ConfigKey<>(name, defaultValue, "a text", description, text -> text);
    }

    /** A key with words, separated by commas. */
    public static ConfigKey<List<String>> words(String name, String defaultValue, String description) {
        return new ConfigKey<>(name, defaultValue, "words separated by commas", description, ConfigKey::split);
    }

    /** A key with one of several words. */
    public static ConfigKey<String> choice(String name, String defaultValue, List<String> choices, String description) {
        return new ConfigKey<>(name, defaultValue, "one of " + String.join(", ", choices), description, text -> {
            if (!choices.contains(text)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        });
    }

    /** A key with true or false. */
    public static ConfigKey<Boolean> flag(String name, boolean defaultValue, String description) {
        return new ConfigKey<>(
                name, Boolean.toString(defaultValue), "true or false", description, text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException(text);
                });
    }

    /** A key with a whole number. */
    public static ConfigKey<Integer> number(String name, int defaultValue, int min, int max, String description) {
        return new ConfigKey<>(
                name,
                Integer.toString(defaultValue),
                "a whole number from " + min + " to " + max,
                description,
                text -> {
                    int value = Integer.parseInt(text);
                    if (value < min || value > max) {
                        throw new IllegalArgumentException(text);
                    }
                    return value;
                });
    }

    /** A key with a time, such as {@code 250ms}, {@code 25s}, {@code 5m}, {@code 2h}, {@code 1d}. */
    public static ConfigKey<Duration> duration(String name, String defaultValue, String description) {
        return new ConfigKey<>(
                name, defaultValue, "a time above 0 such as 250ms, 25s, 5m, 2h, 1d", description, Units::duration);
    }

    /** A key with a size in bytes, such as {@code 512}, {@code 64KiB}, {@code 1MiB}, {@code 1GiB}; at most 2 GiB less one. */
    public static ConfigKey<Integer> size(String name, String defaultValue, String description) {
        return new ConfigKey<>(
                name,
                defaultValue,
                "a size above 0 and below 2 GiB such as 512, 64KiB, 1MiB",
                description,
                text -> Math.toIntExact(Units.bytes(text)));
    }

    private static List<String> split(String text) {
        return List.of(text.split(",", -1)).stream()
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The name, such as {@code wherry.port}. */
    public String name() {
        return name;
    }

    /** The default, as it would be written. */
    public String defaultText() {
        return defaultText;
    }

    /** What a value must be, in words. */
    public String expected() {
        return expected;
    }

    /** What it is for. */
    public String description() {
        return description;
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException or {@link ArithmeticException} when the text is no such value
     */
    T parse(String text) {
        return parser.apply(text);
    }

    @Override
    public String toString() {
        return name;
    }
}
