// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a file of test vectors holds: objects, arrays, texts and nulls of JSON. The core has no other use for JSON. */
record Json(@Nullable Object value) {

    /** Reads {@code protocol/vectors/<name>.json}. */
    static Json vectors(String name) throws IOException {
        Path file = Path.of("..", "protocol", "vectors", name + ".json");
        return new Json(new Reader(Files.readString(file)).value());
    }

    /** A member of an object; holds null where there is none. */
    Json get(String name) {
        return new Json(((Map<?, ?>) notNull()).get(name));
    }

    boolean isNull() {
        return value == null;
    }

    String text() {
        return (String) notNull();
    }

    /** The elements of an array. */
    List<Json> elements() {
        List<Json> elements = new ArrayList<>();
        for (Object each : (List<?>) notNull()) {
            elements.add(new Json(each));
        }
        return elements;
    }

    /** The elements of an array of texts. */
    List<String> texts() {
        return elements().stream().map(Json::text).toList();
    }

    private Object notNull() {
        if (value == null) {
            throw new IllegalStateException("value: null (expected: something)");
        }
        return value;
    }

    /** Reads well-formed JSON without numbers. */
    private static final class Reader {

        private final String in;
        private int at;

        Reader(String in) {
            this.in = in;
        }

        private char next() {
            while (Character.isWhitespace(in.charAt(at))) {
                at++;
            }
            return in.charAt(at);
        }

        /** Passes over a letter, if it is the next. */
        private boolean skip(char c) {
            boolean isNext = next() == c;
            at += isNext ? 1 : 0;
            return isNext;
        }

        private @Nullable Object value() {
            if (skip('{')) {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                while (!skip('}')) {
                    skip('"');
                    String name = text();
                    skip(':');
                    object.put(name, value());
                    skip(',');
                }
                return object;
            }
            if (skip('[')) {
                List<@Nullable Object> array = new ArrayList<>();
                while (!skip(']')) {
                    array.add(value());
                    skip(',');
                }
                return array;
            }
            if (skip('"')) {
                return text();
            }
            if (!in.startsWith("null", at)) {
                throw new IllegalArgumentException("value at " + at + " (expected: object, array, text or null)");
            }
            at += 4;
            return null;
        }

        private String text() {
            StringBuilder text = new StringBuilder();
            for (char c = in.charAt(at++); c != '"'; c = in.charAt(at++)) {
                text.append(c == '\\' ? escaped(in.charAt(at++)) : c);
            }
            return text.toString();
        }

        private char escaped(char c) {
            return switch (c) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> (char) Integer.parseInt(in.substring(at, at += 4), 16);
                default -> c;
            };
        }
    }
}
