// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import io.wherry.spi.Envelope;
import java.util.HashMap;
import java.util.Map;

/**
 * What a client learns from a welcome ({@code docs/protocol.md}, section 3.1). Immutable; what a server leaves out is taken
 * from the client's own settings.
 *
 * @param heartbeatNanos after how much silence the server sends a sign of life
 * @param lostAfterNanos after how much silence a side is given up
 * @param maxMessage the largest payload that the server takes, in bytes
 * @param acknowledged up to which number the client's messages are applied
 */
record Welcome(long heartbeatNanos, long lostAfterNanos, int maxMessage, long acknowledged) {

    static Welcome of(Envelope welcome, ClientSettings settings) {
        Map<String, Long> values = new HashMap<>();
        for (String line : welcome.message().text().split("\n", -1)) {
            int equals = line.indexOf('=');
            long value = equals < 0 ? -1 : number(line.substring(equals + 1));
            if (value >= 0) {
                values.put(line.substring(0, equals), value);
            }
        }
        long heartbeat = nanos(values, "heartbeat", settings.heartbeatNanos());
        long lostAfter = Math.min(settings.lostAfterNanos(), nanos(values, "lost-after", settings.lostAfterNanos()));
        long most = values.getOrDefault("max-message", (long) Integer.MAX_VALUE);
        return new Welcome(
                heartbeat,
                Math.max(lostAfter, heartbeat + heartbeat / 2),
                (int) Math.min(most, settings.limits().message()),
                values.getOrDefault("acked", 0L));
    }

    private static long nanos(Map<String, Long> values, String key, long otherwise) {
        Long millis = values.get(key);
        return millis == null || millis == 0 ? otherwise : Math.min(millis, Integer.MAX_VALUE) * 1_000_000L;
    }

    /** Reads a number, -1 where there is none. */
    static long number(String text) {
        try {
            return Long.parseLong(text.trim());
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
