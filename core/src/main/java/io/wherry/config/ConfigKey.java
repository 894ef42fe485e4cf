// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * One thing that can be configured: its name, type, default and bounds. Immutable.
 *
 * <p>A key is a constant: a {@link Config} keeps values by the identity of their keys.
 *
 * @param <T> the type of its value
 */
public final class ConfigKey<T> {

    private final String name;
    private final String defaultText;
    private final String expected;
    private final String description;
    private final Function<String, T> parser;
    private final T defaultValue;
    private final Side side;

    private ConfigKey(
            String name,
            String defaultText,
            String expected,
            String description,
            Function<String, T> parser,
            Side side) {
        this.name = Objects.requireNonNull(name, "name");
        this.defaultText = Objects.requireNonNull(defaultText, "defaultText");
        this.expected = Objects.requireNonNull(expected, "expected");
        this.description = Objects.requireNonNull(description, "description");
        this.parser = Objects.requireNonNull(parser, "parser");
        this.side = side;
        this.defaultValue = parser.apply(defaultText);
    }

    /**
     * A key of any type.
     *
     * @param name begins with {@code wherry.} and the transport's name, such as {@code wherry.sse.retry}
     * @param defaultText the default, as it would be written
     * @param expected what a value must be, in words
     * @param description what it is for, a sentence
     * @param parser reads a value; throws {@link IllegalArgumentException} or {@link ArithmeticException} for a bad one
     */
    public static <T> ConfigKey<T> of(
            String name, String defaultText, String expected, String description, Function<String, T> parser) {
        return new ConfigKey<>(name, defaultText, expected, description, parser, Side.BOTH);
    }

    /** A key with a text, kept as it is written; the empty text is allowed. */
    public static ConfigKey<String> text(String name, String defaultValue, String description) {
        return of(name, defaultValue, "a text", description, text -> text);
    }

    /** A key with words, separated by commas; none is allowed. */
    public static ConfigKey<List<String>> words(String name, String defaultValue, String description) {
        return of(name, defaultValue, "words separated by commas", description, ConfigKey::split);
    }

    /** A key with one of several words. */
    public static ConfigKey<String> choice(String name, String defaultValue, List<String> choices, String description) {
        return of(name, defaultValue, "one of " + String.join(", ", choices), description, text -> {
            String word = text.strip();
            require(choices.contains(word), text);
            return word;
        });
    }

    /** A key with true or false. */
    public static ConfigKey<Boolean> flag(String name, boolean defaultValue, String description) {
        return of(name, Boolean.toString(defaultValue), "true or false", description, text -> switch (text.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        });
    }

    /** A key with a whole number. */
    public static ConfigKey<Integer> number(String name, int defaultValue, int min, int max, String description) {
        return of(
                name,
                Integer.toString(defaultValue),
                max == Integer.MAX_VALUE
                        ? "a whole number, " + min + " or more"
                        : "a whole number from " + min + " to " + max,
                description,
                text -> {
                    int value = Integer.parseInt(text.strip());
                    require(value >= min && value <= max, text);
                    return value;
                });
    }

    /** A key with a time, such as {@code 250ms}, {@code 25s}, {@code 5m}, {@code 2h}, {@code 1d}; at most 365 days. */
    public static ConfigKey<Duration> duration(String name, String defaultValue, String description) {
        return of(name, defaultValue, "a time such as 250ms, 25s or 2h, at most 365d", description, Units::duration);
    }

    /** A key with a size in bytes, such as {@code 512}, {@code 64KiB}, {@code 1MiB}, {@code 1GiB}; at most 2 GiB less one. */
    public static ConfigKey<Integer> size(String name, String defaultValue, String description) {
        return of(
                name,
                defaultValue,
                "a size such as 512, 64KiB or 1MiB, below 2GiB",
                description,
                text -> Math.toIntExact(Units.bytes(text)));
    }

    /** Fails where a value is not as it must be. */
    private static void require(boolean good, String text) {
        if (!good) {
            throw new IllegalArgumentException(text);
        }
    }

    static List<String> split(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** This key, as one that only a server looks at. */
    public ConfigKey<T> forServer() {
        return new ConfigKey<>(name, defaultText, expected, description, parser, Side.SERVER);
    }

    /** This key, as one that only a client looks at. */
    public ConfigKey<T> forClient() {
        return new ConfigKey<>(name, defaultText, expected, description, parser, Side.CLIENT);
    }

    /** The name, such as {@code wherry.port}. */
    public String name() {
        return name;
    }

    /** The default, as it would be written. */
    public String defaultText() {
        return defaultText;
    }

    /** The default. */
    public T defaultValue() {
        return defaultValue;
    }

    /** What a value must be, in words. */
    public String expected() {
        return expected;
    }

    /** What it is for. */
    public String description() {
        return description;
    }

    /** Who looks at it. The other side takes no notice, so that both may share one file. */
    public Side side() {
        return side;
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

    /** Who looks at a key. */
    public enum Side {
        /** Servers. */
        SERVER,
        /** Clients. */
        CLIENT,
        /** Servers and clients. */
        BOTH
    }
}
