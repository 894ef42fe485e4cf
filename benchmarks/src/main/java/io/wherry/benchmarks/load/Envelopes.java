// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads and writes the few envelopes of {@code wherry.v1} that a load needs (docs/protocol.md, section 2). */
final class Envelopes {

    private static final int LENGTH = 2;

    private Envelopes() {}

    /** What is read. */
    interface Taker {

        /** A reply has come, to what was asked then. */
        void reply(String position, long dueNanos);
    }

    /**
     * Takes one envelope.
     *
     * @return where it ends
     */
    static int take(byte[] in, int begin, int end, Taker taker) {
        int lineEnd = begin;
        while (lineEnd < end && in[lineEnd] != '\n') {
            lineEnd++;
        }
        String[] head = new String(in, begin, lineEnd - begin, StandardCharsets.UTF_8).split(" ", -1);
        int payload = Math.min(end, lineEnd + 1);
        if (head[0].equals("r")) {
            taker.reply(head[1], due(in, payload));
        } else if (head[0].equals("e") || head[0].equals("x")) {
            throw new IllegalStateException("answer: " + Arrays.toString(head));
        }
        return payload + (head.length > LENGTH ? Integer.parseInt(head[LENGTH]) : 0);
    }

    /** The second word, which is a position where it comes from a server. */
    static String id(byte[] in, int begin) {
        int from = next(in, begin) + 1;
        return new String(in, from, next(in, from) - from, StandardCharsets.US_ASCII);
    }

    private static int next(byte[] in, int from) {
        int at = from;
        while (in[at] != ' ') {
            at++;
        }
        return at;
    }

    /** Where the first payload begins, whatever is before it. */
    static int payload(byte[] in, int begin, int end) {
        for (int i = begin; i + Payload.TIMED <= end; i++) {
            if (in[i] == Payload.FIRST && in[i + 1] == Payload.SECOND) {
                return i;
            }
        }
        throw new IllegalStateException("answer: " + new String(in, begin, end - begin, StandardCharsets.UTF_8));
    }

    /** When a payload that begins there was due. */
    static long due(byte[] in, int payload) {
        long due = 0;
        for (int i = Payload.TIMED - Payload.DIGITS; i < Payload.TIMED; i++) {
            due = due * 10 + in[payload + i] - '0';
        }
        return due;
    }

    /** A request to the handler {@code echo}. */
    static byte[] request(long number, byte[] payload) {
        byte[] head = ("q " + number + " " + payload.length + " text echo\n").getBytes(StandardCharsets.US_ASCII);
        byte[] envelope = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, envelope, head.length, payload.length);
        return envelope;
    }

    /** Says that all is received up to a position. */
    static byte[] acknowledgement(String position) {
        return ("a - 0 - " + position + "\n").getBytes(StandardCharsets.US_ASCII);
    }
}
