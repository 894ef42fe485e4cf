// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import java.time.Duration;

/** Reads numbers with units. */
final class Units {

    private static final Duration MAX_DURATION = Duration.ofDays(365);

    private Units() {}

    /** Reads a time above 0 and up to 365 days. */
    static Duration duration(String written) {
        String text = written.strip();
        int digits = digits(text);
        long amount = amount(text, digits);
        Duration duration = switch (text.substring(digits).strip()) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> throw new IllegalArgumentException(text);
        };
        if (duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException(text);
        }
        return duration;
    }

    /** Reads a number of bytes above 0. */
    static long bytes(String written) {
        String text = written.strip();
        int digits = digits(text);
        long amount = amount(text, digits);
        return switch (text.substring(digits).strip()) {
            case "", "B" -> amount;
            case "KiB" -> Math.multiplyExact(amount, 1L << 10);
            case "MiB" -> Math.multiplyExact(amount, 1L << 20);
            case "GiB" -> Math.multiplyExact(amount, 1L << 30);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static long amount(String text, int digits) {
        long amount = Long.parseLong(text.substring(0, digits));
        if (amount <= 0) {
            throw new IllegalArgumentException(text);
        }
        return amount;
    }

    private static int digits(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        return digits;
    }
}
