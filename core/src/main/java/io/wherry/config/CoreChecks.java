// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import java.util.List;

/** What must hold between the values of different keys. */
final class CoreChecks {

    private CoreChecks() {}

    static void run(Config config, List<String> problems) {
        Checker checker = new Checker(config, problems);
        checker.more(CoreKeys.LOST_AFTER, CoreKeys.HEARTBEAT);
        checker.atLeast(CoreKeys.BACKOFF_MAX, CoreKeys.BACKOFF_MIN);
        checker.atLeast(CoreKeys.PUT_ASIDE_MAX, CoreKeys.PUT_ASIDE_MIN);
        checker.more(CoreKeys.MAX_BATCH, CoreKeys.MAX_MESSAGE);
        checker.atLeast(CoreKeys.MAX_DECOMPRESSED, CoreKeys.MAX_MESSAGE);
        checker.atLeast(CoreKeys.MAX_UNACKNOWLEDGED, CoreKeys.MAX_MESSAGE);
        checker.atLeast(CoreKeys.MAX_UNACKNOWLEDGED, CoreKeys.OUTBOUND_HIGH);
    }

    /** Compares values, and keeps what it finds wrong. */
    private record Checker(Config config, List<String> problems) {

        <T extends Comparable<T>> void more(ConfigKey<T> larger, ConfigKey<T> smaller) {
            require(config.get(larger).compareTo(config.get(smaller)) > 0, larger, "more than", smaller);
        }

        <T extends Comparable<T>> void atLeast(ConfigKey<T> larger, ConfigKey<T> smaller) {
            require(config.get(larger).compareTo(config.get(smaller)) >= 0, larger, "at least", smaller);
        }

        private void require(boolean holds, ConfigKey<?> key, String relation, ConfigKey<?> other) {
            if (!holds) {
                problems.add(config.describe(key) + " (expected: " + relation + " " + config.describe(other) + ")");
            }
        }
    }
}
