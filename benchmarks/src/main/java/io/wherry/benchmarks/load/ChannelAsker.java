// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Requests over a channel of Wherry on a WebSocket: numbered, each in its envelope, and the position of the last reply is acknowledged with the
 * next of them. Confined to the swarm's thread.
 */
final class ChannelAsker extends Asker {

    private byte[] input = new byte[4096];
    private int length;
    private String position = "";
    private long number;

    ChannelAsker(Swarm swarm, int bytes) {
        super(swarm, bytes);
    }

    @Override
    void take(ByteBuffer in) {
        int more = in.remaining();
        if (input.length < length + more) {
            input = Arrays.copyOf(input, 2 * (length + more));
        }
        in.get(input, length, more);
        length += more;
        int begin = 0;
        for (int end = frameEnd(begin); end >= 0; end = frameEnd(begin)) {
            if ((input[begin] & 0x08) == 0) {
                Envelopes.take(input, payload(begin), end, this::reply);
            }
            begin = end;
        }
        length -= begin;
        System.arraycopy(input, begin, input, 0, length);
    }

    private void reply(String at, long due) {
        position = at;
        answered(due);
    }

    /** Where the frame ends that begins there, or -1 where not all of it has come. */
    private int frameEnd(int begin) {
        if (length - begin < 2 || length < payload(begin)) {
            return -1;
        }
        int size = input[begin + 1] & 0x7F;
        if (size == 126) {
            size = (input[begin + 2] & 0xFF) << 8 | (input[begin + 3] & 0xFF);
        }
        int end = payload(begin) + size;
        return end <= length ? end : -1;
    }

    private int payload(int begin) {
        return begin + ((input[begin + 1] & 0x7F) == 126 ? 4 : 2);
    }

    @Override
    void before(ByteBuffer out) {
        if (!position.isEmpty()) {
            EchoAsker.webSocket(out, Envelopes.acknowledgement(position));
        }
    }

    @Override
    void question(ByteBuffer out, byte[] payload) {
        EchoAsker.webSocket(out, Envelopes.request(++number, payload));
    }
}
