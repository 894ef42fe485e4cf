// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.config.CoreKeys;
import java.time.Duration;
import java.util.List;

/** The configuration keys of {@code longpoll}. */
final class LongPollKeys {

    /** How long a poll waits for news. */
    static final ConfigKey<Duration> HOLD = ConfigKey.duration(
            "wherry.longpoll.hold",
            "25s",
            "How long a server holds a poll for which there is no news, but never longer than three quarters of"
                    + " wherry.lost-after. A client waits that much longer for the answer to a poll.");

    private LongPollKeys() {}

    /** How long a poll is held: its answer is the sign of life that must come within {@code wherry.lost-after}. */
    static Duration hold(Config config) {
        Duration longest = config.get(CoreKeys.LOST_AFTER).multipliedBy(3).dividedBy(4);
        Duration hold = config.get(HOLD);
        return hold.compareTo(longest) < 0 ? hold : longest;
    }

    /** All of them. */
    static List<ConfigKey<?>> all() {
        return List.of(HOLD);
    }
}
