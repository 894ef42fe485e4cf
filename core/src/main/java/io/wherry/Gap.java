// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Messages that a reader has missed and cannot get any more.
 *
 * @param topic the topic, {@code *} for all
 * @param reason why
 * @param upTo the position of the last message that is missing, null where that is not known
 */
public record Gap(String topic, Reason reason, @Nullable Position upTo) {

    /** Checks that nothing is missing. */
    public Gap {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(reason, "reason");
    }

    /** Why messages are missing. */
    public enum Reason {
        /** The topic dropped them, by its bounds, before this reader came to them. */
        OVERRUN,
        /** The log began anew, for example because the server was restarted. */
        EPOCH,
        /** The channel was lost: what was sent to it alone is gone. */
        CHANNEL;

        /** The reason as it travels. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** Finds a reason by its text; {@link #OVERRUN} for one that is not known. */
        public static Reason ofText(String text) {
            for (Reason reason : values()) {
                if (reason.text().equals(text)) {
                    return reason;
                }
            }
            return OVERRUN;
        }
    }
}
