// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/** Carries bytes as they are from one side of a link to the other. Confined to the proxy's loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write shows as the end of the connection
final class Relay {

    private Relay() {}

    /** The last handler of the client's connection: what comes goes to the server. */
    static final class FromClient extends ChannelInboundHandlerAdapter {

        private final Link link;
        private final Channel server;

        FromClient(Link link, Channel server) {
            this.link = link;
            this.server = server;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            server.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            server.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            server.config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (!(event instanceof ChannelInputShutdownEvent)) {
                return;
            }
            if (server.isActive()) {
                ((DuplexChannel) server).shutdownOutput();
            } else {
                link.reset();
            }
        }
    }

    /** The last handler of the server's connection: what comes goes to the client. */
    static final class FromServer extends ChannelInboundHandlerAdapter {

        private final Link link;
        private boolean ended;

        FromServer(Link link) {
            this.link = link;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            link.client().write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            link.client().flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            link.serverFull(!ctx.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended = true;
                link.endDown();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ended = true;
            link.serverReset();
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!ended) {
                ended = true;
                link.serverReset();
            }
        }
    }
}
