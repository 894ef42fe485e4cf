// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that is answered by a stream without an end: from its end on the connection is a subscriber. Or POSTs that name a stream, each line of which is
 * echoed there, and each of which is answered when that is done. Confined to the loop.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyStream extends NettyPeer {

    private static final String STREAM = "stream=";
    private static final byte[] ANSWER = ("HTTP/1.1 200 OK\r\ncontent-type: application/vnd.wherry.v1\r\n"
                    + "X-Content-Type-Options: nosniff\r\ncache-control: no-store\r\nvary: origin\r\ncontent-length: ")
            .getBytes(StandardCharsets.US_ASCII);

    private final byte[] head;
    private List<Integer> topics = List.of();
    /** Of the request that comes in. */
    private int stream = -1;

    private @Nullable ByteBuf body;
    private long echoed;

    NettyStream(NettyContender server, byte[] head) {
        super(server);
        this.head = head;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                begin(ctx, request);
            }
            if (body != null && message instanceof HttpContent content) {
                body.writeBytes(content.content());
            }
            if (message instanceof LastHttpContent) {
                end(ctx);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        String uri = request.uri();
        if (request.method().equals(HttpMethod.POST)) {
            stream = Integer.parseInt(uri.substring(uri.indexOf(STREAM) + STREAM.length()));
            body = ctx.alloc().buffer();
        } else {
            topics = topics(uri);
        }
    }

    private void end(ChannelHandlerContext ctx) {
        ByteBuf lines = body;
        if (lines == null) {
            open(ctx);
            return;
        }
        body = null;
        ChannelHandlerContext to = server().stream(stream);
        for (int end = lines.bytesBefore((byte) '\n'); end >= 0; end = lines.bytesBefore((byte) '\n')) {
            byte[] text = new byte[end];
            lines.readBytes(text).skipBytes(1);
            to.write(server().frame(text), to.voidPromise());
            echoed++;
        }
        lines.release();
        to.flush();
        byte[] acknowledgement = ("a - 0 - " + echoed + "\n\n").getBytes(StandardCharsets.US_ASCII);
        byte[] length = (acknowledgement.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        ctx.write(
                ctx.alloc()
                        .directBuffer(ANSWER.length + length.length + acknowledgement.length)
                        .writeBytes(ANSWER)
                        .writeBytes(length)
                        .writeBytes(acknowledgement),
                ctx.voidPromise());
    }

    private void open(ChannelHandlerContext ctx) {
        ByteBuf answer = ctx.alloc().directBuffer(head.length + 64);
        if (topics.isEmpty()) {
            String number = "Wherry-Stream: " + server().add(ctx) + "\r\n\r\n";
            answer.writeBytes(head, 0, head.length - 2).writeBytes(number.getBytes(StandardCharsets.US_ASCII));
        } else {
            answer.writeBytes(head);
        }
        ctx.writeAndFlush(answer);
        ctx.pipeline().remove(HttpRequestDecoder.class);
        server().add(ctx, topics);
        topics = List.of();
    }
}
