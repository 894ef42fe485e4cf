// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection of an HTTP proxy to the server: one request at a time. Confined to the proxy's loop. */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close shows as the end of the connection
final class Upstream extends ChannelInboundHandlerAdapter {

    /** Who waits for a response. */
    interface Listener {
        /** A part of the response, which the listener owns. */
        void response(HttpObject part);

        /** The connection has ended, perhaps before the response had. */
        void ended();
    }

    private final Link link;
    private final Channel channel;
    private @Nullable Listener listener;

    private Upstream(Link link, Channel channel) {
        this.link = link;
        this.channel = channel;
    }

    /** Connects to the server; gives null when that fails. */
    static void connect(HttpProxy proxy, Link link, Consumer<@Nullable Upstream> then) {
        proxy.connect(link).addListener((ChannelFutureListener) connected -> {
            Channel channel = connected.channel();
            if (!connected.isSuccess() || link.hasEnded()) {
                Link.reset(channel);
                then.accept(null);
                return;
            }
            Upstream upstream = new Upstream(link, channel);
            channel.pipeline().addLast(new HttpClientCodec(64 << 10, 64 << 10, 64 << 10), upstream);
            channel.config().setAutoRead(true);
            then.accept(upstream);
        });
    }

    boolean isUsable() {
        return channel.isActive() && listener == null;
    }

    Channel channel() {
        return channel;
    }

    /** Sends a request, which it takes. */
    void send(FullHttpRequest request, Listener whoWaits) {
        listener = whoWaits;
        channel.writeAndFlush(request);
    }

    /** The response is over: another request can come. */
    void idle() {
        listener = null;
        channel.config().setAutoRead(true);
    }

    void readable(boolean readable) {
        channel.config().setAutoRead(readable);
    }

    void close() {
        listener = null;
        channel.close();
    }

    /** From now on bytes are passed as they are. */
    void becomeTunnel() {
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.replace(this, null, new Relay.FromServer(link));
        pipeline.remove(HttpClientCodec.class);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Listener whoWaits = listener;
        if (whoWaits != null && message instanceof HttpObject part) {
            whoWaits.response(part);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Listener whoWaits = listener;
        listener = null;
        if (whoWaits != null) {
            whoWaits.ended();
        }
    }
}
