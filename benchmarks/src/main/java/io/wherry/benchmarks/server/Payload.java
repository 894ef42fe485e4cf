// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

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

    private static final List<String> SYMBOLS =
            List.of("ACME", "GLOBEX", "INITECH", "HOOLI", "UMBRELLA", "SOYLENT", "STARK", "WAYNE");

    /** More than one row of JSON. */
    private static final int ROW = 128;

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

    /** The same, but that what follows the time is JSON: quotes, another each time, which can be compressed to a third or so. */
    public static byte[] json(long dueNanos, int length) {
        byte[] payload = of(dueNanos, length);
        Random random = new Random(dueNanos);
        StringBuilder json = new StringBuilder(length + ROW).append('[');
        while (json.length() < length) {
            json.append("{\"id\":").append(10_000 + random.nextInt(90_000));
            json.append(",\"symbol\":\"").append(SYMBOLS.get(random.nextInt(SYMBOLS.size())));
            json.append("\",\"price\":").append(random.nextInt(100_000) / 100.0);
            json.append(",\"volume\":").append(100 * random.nextInt(1000));
            json.append(",\"state\":\"")
                    .append(random.nextInt(8) == 0 ? "halted" : "open")
                    .append("\"},");
        }
        for (int i = TIMED; i < length; i++) {
            payload[i] = (byte) json.charAt(i - TIMED);
        }
        return payload;
    }

    /** The same as the first as a string. */
    public static String text(long dueNanos, int length) {
        return new String(of(dueNanos, length), StandardCharsets.US_ASCII);
    }
}
