// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;

/** Says of a key that is not known what it may have been meant to be. */
final class UnknownKey {

    /** The keys of which modules begin how; the rest is core's. */
    private static final Map<String, String> ARTIFACTS = Map.of(
            "wherry.http.", "wherry-transport-http",
            "wherry.tls.", "wherry-transport-http",
            "wherry.longpoll.", "wherry-transport-longpoll",
            "wherry.sse.", "wherry-transport-sse",
            "wherry.websocket.", "wherry-transport-websocket",
            "wherry.comet.", "wherry-transport-comet",
            "wherry.local.", "wherry-transport-local");

    private UnknownKey() {}

    static String describe(Setting setting, Set<String> known) {
        for (Map.Entry<String, String> module : ARTIFACTS.entrySet()) {
            String prefix = module.getKey();
            if (setting.key().startsWith(prefix) && known.stream().noneMatch(name -> name.startsWith(prefix))) {
                return setting + " (expected: io.wherry:" + module.getValue()
                        + " on the class path, whose keys begin with " + prefix + ")";
            }
        }
        String nearest = nearest(setting.key(), known);
        // What was meant to be a secret is one, whatever its key looks like.
        String shown = Setting.isSecret(nearest) ? setting.masked() : setting.toString();
        boolean environment = !setting.spelling().equals(setting.key());
        return shown + " (expected: a key that exists, of which "
                + (environment ? ConfigLoader.environmentName(nearest) : nearest) + " is the nearest)";
    }

    private static String nearest(String key, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String name) -> distance(key, name))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse("none");
    }

    /** How far apart two names are; names that differ only in what stands before their last dot are near. */
    static int distance(String a, String b) {
        int whole = edits(a, b);
        int last = 1 + edits(a.substring(a.lastIndexOf('.') + 1), b.substring(b.lastIndexOf('.') + 1));
        return Math.min(whole, last);
    }

    /** The number of letters to insert, delete or replace to make one text of the other (Levenshtein's distance). */
    static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
