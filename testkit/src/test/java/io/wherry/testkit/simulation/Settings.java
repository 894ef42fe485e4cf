// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.simulation;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Which of a plan's settings are whose. */
enum Settings {
    /** The server's. */
    SERVER(Set.of("wherry.connect-timeout", "wherry.backoff-min", "wherry.backoff-max")),
    /** A client's. */
    CLIENT(Set.of("wherry.resume-window"));

    private final Set<String> others;

    Settings(Set<String> others) {
        this.others = others;
    }

    Map<String, String> of(Plan plan) {
        Map<String, String> own = new TreeMap<>(plan.settings());
        own.keySet().removeAll(others);
        return own;
    }
}
