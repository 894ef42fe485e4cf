// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks what is answered by the same payload, in whatever frame. Confined to the swarm's thread. */
final class EchoAsker extends Asker {

    private final Marks marks;
    private final Question question;

    /** How a question is framed. */
    @FunctionalInterface
    interface Question {

        /** Writes it. */
        void write(ByteBuffer out, byte[] payload);
    }

    EchoAsker(Swarm swarm, int bytes, Question question) {
        super(swarm, bytes);
        this.marks = new Marks(bytes);
        this.question = question;
    }

    @Override
    void take(ByteBuffer in) {
        marks.take(in, this::answered);
    }

    @Override
    void question(ByteBuffer out, byte[] payload) {
        question.write(out, payload);
    }

    /** A text frame whose mask is zero: it has to be unmasked all the same (RFC 6455, section 5.3). */
    static void webSocket(ByteBuffer out, byte[] text) {
        out.put((byte) 0x81);
        if (text.length < 126) {
            out.put((byte) (0x80 | text.length));
        } else if (text.length < 65536) {
            out.put((byte) (0x80 | 126)).putShort((short) text.length);
        } else {
            out.put((byte) (0x80 | 127)).putLong(text.length);
        }
        out.putInt(0).put(text);
    }

    /** A POST of its own. */
    static Question post(String target) {
        return (out, payload) -> out.put(String.format(
                                Locale.ROOT,
                                "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n",
                                target,
                                payload.length)
                        .getBytes(StandardCharsets.US_ASCII))
                .put(payload);
    }
}
