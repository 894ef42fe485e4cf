// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.wherry.benchmarks.server.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Polls that bring nothing new, on streams of a connection of HTTP/2. The first finds out the position. Confined to the swarm's thread. */
final class Http2PollAsker extends Asker implements Http2Frames.Taker {

    private static final String PATH = "/wherry/http?";
    /** More than there are polls at a time. */
    private static final int RING = 256;

    private final Http2Frames frames = new Http2Frames();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private final StringBuilder welcome = new StringBuilder();
    private final long[] asked = new long[RING];
    private final boolean isChannel;
    private final boolean hasTag;
    private @Nullable String target;
    private String position = "";
    private int next = 1;

    /**
     * Makes one.
     *
     * @param isChannel whether it polls a channel of its own
     * @param hasTag whether the position is sent as an entity tag as well
     */
    Http2PollAsker(Swarm swarm, boolean isChannel, boolean hasTag) {
        super(swarm, Payload.TIMED);
        this.isChannel = isChannel;
        this.hasTag = hasTag;
    }

    @Override
    void take(ByteBuffer in) {
        frames.take(in, this);
    }

    @Override
    public void head(int stream, byte[] block, int length, boolean isLast) {
        Http2Headers head;
        try {
            head = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block, 0, length));
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
        // A channel's poll needs no tag, and takes none.
        String expected = target == null ? "200" : hasTag && !isChannel ? "304" : "204";
        if (!expected.contentEquals(head.status())) {
            throw new IllegalStateException("answer: " + head + " (expected: " + expected + ")");
        }
        @Nullable CharSequence found = head.get("wherry-position");
        if (found != null) {
            position = found.toString();
        }
        if (isLast) {
            answered(asked[stream / 2 % RING]);
        }
    }

    @Override
    public void data(int stream, ByteBuffer in, boolean isLast) {
        welcome.append(StandardCharsets.ISO_8859_1.decode(in));
        if (isLast) {
            if (isChannel) {
                String[] words = welcome.toString().split("[ \n]", 6);
                position = words[1];
                target = PATH + "channel=" + words[4];
            } else {
                target = PATH + "topic=t0";
            }
            answered(asked[stream / 2 % RING]);
        }
    }

    @Override
    void before(ByteBuffer out) {
        frames.replies(out);
    }

    @Override
    void question(ByteBuffer out, byte[] payload) {
        asked[next / 2 % RING] = System.nanoTime();
        if (target == null) {
            Http2Frames.get(out, next, PATH + "topic=t0&" + (isChannel ? "protocol=wherry.v1" : "last=1"), "");
        } else {
            Http2Frames.get(out, next, target + "&after=" + position, hasTag ? '"' + position + '"' : "");
        }
        next += 2;
    }
}
