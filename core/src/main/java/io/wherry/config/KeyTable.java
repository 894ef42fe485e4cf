// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;

/** The reference of configuration keys: a table in Markdown, made from the keys themselves. */
public final class KeyTable {

    private static final Pattern KEY_NAME = Pattern.compile("\\bwherry\\.[a-z]+([.-][a-z]+)*");

    private KeyTable() {}

    /** The table of some keys, in their order; each line ends with LF. */
    public static String markdown(Collection<ConfigKey<?>> keys) {
        StringBuilder table =
                new StringBuilder("| key | default | expected | side | what it is for |\n|---|---|---|---|---|\n");
        for (ConfigKey<?> key : keys) {
            String side = key.side() == ConfigKey.Side.BOTH
                    ? "both"
                    : key.side().name().toLowerCase(Locale.ROOT);
            table.append("| `")
                    .append(key.name())
                    .append("` | ")
                    .append(written(key.defaultText()))
                    .append(" | ")
                    .append(prose(key.expected()))
                    .append(" | ")
                    .append(side)
                    .append(" | ")
                    .append(prose(key.description()))
                    .append(" |\n");
        }
        return table.toString();
    }

    /** A value as it would be written in a file of properties. */
    private static String written(String value) {
        String escaped = value.replace("\\", "\\\\")
                .replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\t", "\\t");
        return escaped.isEmpty() ? "(empty)" : "`" + cell(escaped) + "`";
    }

    /** A text with the keys that it names marked as code. */
    private static String prose(String text) {
        return KEY_NAME.matcher(cell(text)).replaceAll("`$0`");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
