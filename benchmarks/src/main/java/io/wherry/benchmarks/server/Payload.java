// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import java.nio.charset.StandardCharsets;

/**
 * What is carried: text that begins with two bytes that are nowhere else in what a server sends, so that it is found in any framing. A
 * payload of {@link #TIMED} bytes or more tells when it was due.
 */
public final class Payload {

    /** The first byte: one that no text around payloads has, and no length of a frame before {@link #SECOND}. */
    public static final byte FIRST = '#';

    /** The second byte. */
    public static final byte SECOND = '!';

    /** How many decimal digits of a time, in nanoseconds of {@link System#nanoTime()}, which processes share, follow these two. */
    public static final int DIGITS = 19;

    /** The length from which on a payload tells a time. */
    public static final int TIMED = DIGITS + 2;

    private static final String TEXT = "the quick brown fox jumps over the lazy dog, 0123456789 times; ";

    private Payload() {}

    /**
     * A new array for each message, as an application has it.
     *
     * @param dueNanos when it is due
     * @param length at least 3
     */
    public static byte[] of(long dueNanos, int length) {
        byte[] payload = new byte[length];
        payload[0] = FIRST;
        payload[1] = SECOND;
        long rest = dueNanos;
        for (int i = Math.min(TIMED, length) - 1; i > 1; i--) {
            payload[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        for (int i = TIMED; i < length; i++) {
            payload[i] = (byte) TEXT.charAt(i % TEXT.length());
        }
        return payload;
    }

    /** The same as a string. */
    public static String text(long dueNanos, int length) {
        return new String(of(dueNanos, length), StandardCharsets.US_ASCII);
    }
}
