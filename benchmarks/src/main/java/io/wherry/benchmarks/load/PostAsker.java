// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Requests over a channel of Wherry, several in one POST, whose answer waits for the replies. Confined to the swarm's thread. */
final class PostAsker extends Asker {

    private final HttpReader reader = new HttpReader();
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    private final String channel;
    private String position;
    private long number;

    /**
     * Makes one.
     *
     * @param welcome the first envelope
     */
    PostAsker(Swarm swarm, int bytes, String welcome) {
        super(swarm, bytes);
        String[] head = welcome.split("[ \n]", 6);
        position = head[1];
        channel = head[4];
    }

    @Override
    void take(ByteBuffer in) {
        reader.take(in, (head, input, begin, end) -> {
            if (!head.startsWith("HTTP/1.1 200 ")) {
                throw new IllegalStateException("answer: " + head);
            }
            int at = begin;
            while (at < end) {
                at = Envelopes.take(input, at, end, this::reply) + 1; // A line feed follows each.
            }
        });
    }

    private void reply(String at, long due) {
        position = at;
        answered(due);
    }

    @Override
    void question(ByteBuffer out, byte[] payload) {
        batch.writeBytes(Envelopes.request(++number, payload));
        batch.write('\n');
    }

    @Override
    void after(ByteBuffer out) {
        post(out, "/wherry/http?channel=" + channel + "&after=" + position, batch);
    }

    /** Writes a POST, and empties what was its body. */
    static void post(ByteBuffer out, String target, ByteArrayOutputStream batch) {
        String head = "POST " + target
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/vnd.wherry.v1\r\nContent-Length: "
                + batch.size()
                + "\r\n\r\n";
        out.put(head.getBytes(StandardCharsets.US_ASCII)).put(batch.toByteArray());
        batch.reset();
    }
}
