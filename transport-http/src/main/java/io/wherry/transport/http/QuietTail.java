// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of a pipeline: what nobody wanted ends here quietly, and a failure ends the connection. Stateless. */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
@ChannelHandler.Sharable
final class QuietTail extends ChannelInboundHandlerAdapter {

    static final QuietTail INSTANCE = new QuietTail();

    private static final Logger LOG = LoggerFactory.getLogger(QuietTail.class);

    private QuietTail() {}

    /** Adds handlers before the one that is this. */
    static void addBefore(ChannelPipeline pipeline, ChannelHandler... handlers) {
        String tail = Objects.requireNonNull(pipeline.context(INSTANCE), "tail").name();
        for (ChannelHandler handler : handlers) {
            pipeline.addBefore(tail, null, handler);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Nobody is left to tell.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ReferenceCountUtil.release(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
        ctx.close();
    }
}
