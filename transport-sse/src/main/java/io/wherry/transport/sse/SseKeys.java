// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.config.ConfigKey;
import java.time.Duration;
import java.util.List;

/** The configuration keys of {@code sse}. */
final class SseKeys {

    /** When an event source comes back. */
    static final ConfigKey<Duration> RETRY = ConfigKey.duration(
                    "wherry.sse.retry",
                    "2s",
                    "After how long a browser's event source reconnects: the retry field of plain event streams.")
            .forServer();

    private SseKeys() {}

    /** All of them. */
    static List<ConfigKey<?>> all() {
        return List.of(RETRY);
    }
}
