// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import java.time.Duration;

/** Reads numbers with units. */
final class Units {

    private Units() {}

    static Duration duration(String text) {
        int digits = digits(text);
        long amount = Long.parseLong(text.substring(0, digits));
        if (amount <= 0) {
            throw new IllegalArgumentException(text);
        }
        return switch (text.substring(digits).trim()) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> throw new IllegalArgumentException(text);
        };
    }

    static long bytes(String text) {
        int digits = digits(text);
        long amount = Long.parseLong(text.substring(0, digits));
        if (amount <= 0) {
            throw new IllegalArgumentException(text);
        }
        return switch (text.substring(digits).trim()) {
            case "", "B" -> amount;
            case "KiB" -> Math.multiplyExact(amount, 1L << 10);
            case "MiB" -> Math.multiplyExact(amount, 1L << 20);
            case "GiB" -> Math.multiplyExact(amount, 1L << 30);
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static int digits(String text) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        return digits;
    }
}
