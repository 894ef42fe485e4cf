// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.benchmarks.server.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Polls, one after the other, each from the position that the one before has brought. Where an answer brings a message, the delay is that of the
 * message, else that of the poll. Confined to the swarm's thread.
 */
final class PollAsker extends Asker {

    private final HttpReader reader = new HttpReader();
    private final String target;
    private final boolean hasTag;
    private String position;
    private long asked;

    /**
     * Makes one.
     *
     * @param target what is asked for, but for the position
     * @param position where it begins
     * @param hasTag whether the position is sent as an entity tag as well
     */
    PollAsker(Swarm swarm, String target, String position, boolean hasTag) {
        super(swarm, Payload.TIMED);
        this.target = target;
        this.position = position;
        this.hasTag = hasTag;
    }

    @Override
    void take(ByteBuffer in) {
        reader.take(in, this::answer);
    }

    private void answer(String head, byte[] input, int begin, int end) {
        int status = Integer.parseInt(head.substring(9, 12));
        long due = asked;
        if (status == 200) {
            String header = HttpReader.header(head, "Wherry-Position");
            position = header.isEmpty() ? Envelopes.id(input, begin) : header;
            due = Envelopes.due(input, Envelopes.payload(input, begin, end));
        } else if (status != 204 && status != 304) {
            throw new IllegalStateException("answer: " + head);
        }
        answered(due);
    }

    @Override
    void question(ByteBuffer out, byte[] payload) {
        asked = System.nanoTime();
        String tag = hasTag ? "If-None-Match: \"" + position + "\"\r\n" : "";
        String get = "GET " + target + "&after=" + position + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + tag + "\r\n";
        out.put(get.getBytes(StandardCharsets.US_ASCII));
    }
}
