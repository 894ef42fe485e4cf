// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import java.time.Duration;

/** Durations that the application gives, as nanoseconds that can be added to a clock. */
final class Durations {

    private static final Duration LONGEST = Duration.ofDays(30L * 365);

    private Durations() {}

    /** The nanoseconds of a duration; thirty years for what is longer. */
    static long nanos(Duration duration) {
        return (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toNanos();
    }
}
