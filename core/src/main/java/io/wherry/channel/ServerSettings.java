// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.Limits;
import io.wherry.TopicOptions;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import java.util.List;
import java.util.Locale;

/** What a server's channels need of its configuration, times in nanoseconds. Immutable. */
record ServerSettings(
        Limits limits,
        TopicOptions topicDefaults,
        boolean callbacksOnLoop,
        long heartbeatNanos,
        long lostAfterNanos,
        long resumeWindowNanos,
        long requestTimeoutNanos,
        long closeTimeoutNanos,
        int comeBackRate,
        List<String> credentialHeaders) {

    static ServerSettings of(Config config) {
        return new ServerSettings(
                Limits.of(config),
                new TopicOptions(
                        config.get(CoreKeys.TOPIC_MAX_COUNT),
                        config.get(CoreKeys.TOPIC_MAX_BYTES),
                        config.get(CoreKeys.TOPIC_MAX_AGE),
                        false,
                        config.get(CoreKeys.TOPIC_SLOW_READER)),
                config.get(CoreKeys.CALLBACKS).equals("loop"),
                config.get(CoreKeys.HEARTBEAT).toNanos(),
                config.get(CoreKeys.LOST_AFTER).toNanos(),
                config.get(CoreKeys.RESUME_WINDOW).toNanos(),
                config.get(CoreKeys.REQUEST_TIMEOUT).toNanos(),
                config.get(CoreKeys.CLOSE_TIMEOUT).toNanos(),
                config.get(CoreKeys.COME_BACK_RATE),
                config.get(CoreKeys.CREDENTIAL_HEADERS).stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList());
    }

    /** How often a channel is looked after: often enough for the shortest of the times. */
    long visitEveryNanos() {
        long shortest = Math.min(heartbeatNanos, Math.min(lostAfterNanos, resumeWindowNanos));
        return Math.max(20_000_000L, Math.min(5_000_000_000L, shortest / 4));
    }

    /** The lines of the welcome. */
    String welcome(long acknowledged) {
        return "heartbeat=" + heartbeatNanos / 1_000_000
                + "\nlost-after=" + lostAfterNanos / 1_000_000
                + "\nresume-window=" + resumeWindowNanos / 1_000_000
                + "\nmax-message=" + limits.message()
                + "\nacked=" + acknowledged + "\n";
    }
}
