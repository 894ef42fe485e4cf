// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks what is answered by the same payload, in whatever frame. Confined to the swarm's thread. */
final class EchoAsker extends Asker {

    private final Marks marks;
    private final Question question;
    /** Null where the answers do not come in frames. */
    private final @Nullable Pings pings;

    private int pingsToAnswer;

    /** How a question is framed. */
    @FunctionalInterface
    interface Question {

        /** Writes it. */
        void write(ByteBuffer out, byte[] payload);
    }

    private EchoAsker(Swarm swarm, int bytes, Question question, @Nullable Pings pings) {
        super(swarm, bytes);
        this.marks = new Marks(bytes);
        this.question = question;
        this.pings = pings;
    }

    /** Asks by frames of a WebSocket, and answers pings with the next question. */
    static EchoAsker byFrames(Swarm swarm, int bytes, Question question) {
        return new EchoAsker(swarm, bytes, question, new Pings());
    }

    /** Asks by POSTs. */
    static EchoAsker byPosts(Swarm swarm, int bytes, String target) {
        return new EchoAsker(swarm, bytes, post(target), null);
    }

    @Override
    void take(ByteBuffer in) {
        if (pings != null) {
            pingsToAnswer += pings.count(in);
        }
        marks.take(in, this::answered);
    }

    @Override
    void before(ByteBuffer out) {
        for (; pingsToAnswer > 0; pingsToAnswer--) {
            Pings.answer(out);
        }
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
    private static Question post(String target) {
        return (out, payload) -> out.put(String.format(
                                Locale.ROOT,
                                "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n",
                                target,
                                payload.length)
                        .getBytes(StandardCharsets.US_ASCII))
                .put(payload);
    }
}
