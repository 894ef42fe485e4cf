// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Cuts a server's stream of bytes into answers, of those that say how long they are. Used by one thread. */
final class HttpReader {

    private static final String END_OF_HEADERS = "\r\n\r\n";
    private static final String LENGTH = "\r\ncontent-length: ";

    private byte[] input = new byte[1024];
    private int length;

    /** Who is told of answers. */
    @FunctionalInterface
    interface Taker {

        /**
         * An answer has come, whole.
         *
         * @param head its first line and headers
         * @param input holds its body
         * @param begin where the body begins
         * @param end where it ends
         */
        void take(String head, byte[] input, int begin, int end);
    }

    /** Takes all bytes of a buffer. */
    void take(ByteBuffer in, Taker taker) {
        int more = in.remaining();
        if (input.length < length + more) {
            input = Arrays.copyOf(input, 2 * (length + more));
        }
        in.get(input, length, more);
        length += more;
        int begin = 0;
        while (begin < length) {
            String text = new String(input, begin, length - begin, StandardCharsets.ISO_8859_1);
            int end = text.indexOf(END_OF_HEADERS);
            if (end < 0) {
                break;
            }
            String head = text.substring(0, end + 2);
            int body = begin + end + END_OF_HEADERS.length();
            int bodyEnd = body + bodyLength(head);
            if (bodyEnd > length) {
                break;
            }
            taker.take(head, input, body, bodyEnd);
            begin = bodyEnd;
        }
        length -= begin;
        System.arraycopy(input, begin, input, 0, length);
    }

    private static int bodyLength(String head) {
        int at = head.indexOf(LENGTH);
        return at < 0 ? 0 : Integer.parseInt(header(head, "content-length"));
    }

    /** The value of a header that is spelled so, with a line break before it; empty where it is not there. */
    static String header(String head, String name) {
        String begin = "\r\n" + name + ": ";
        int at = head.indexOf(begin);
        return at < 0 ? "" : head.substring(at + begin.length(), head.indexOf("\r\n", at + begin.length()));
    }
}
