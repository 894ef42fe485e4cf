// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The client's side of an HTTP proxy: one request after the other. Confined to the proxy's loop. */
final class HttpFront extends ChannelInboundHandlerAdapter {

    private final HttpProxy proxy;
    private final Link link;
    private final Queue<FullHttpRequest> waiting = new ArrayDeque<>();
    private @Nullable Exchange current;
    private @Nullable Upstream idle;

    HttpFront(HttpProxy proxy, Link link) {
        this.proxy = proxy;
        this.link = link;
        link.onChange(this::changed);
    }

    HttpProxy proxy() {
        return proxy;
    }

    Link link() {
        return link;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        FullHttpRequest request = (FullHttpRequest) message;
        if (link.hasEnded() || request.decoderResult().isFailure()) {
            request.release();
            link.reset();
            return;
        }
        waiting.add(request);
        next();
    }

    private void next() {
        FullHttpRequest request = current == null ? waiting.poll() : null;
        if (request != null) {
            Exchange exchange = new Exchange(this, request);
            current = exchange;
            exchange.begin();
        }
    }

    /** A connection to the server that is kept alive, null when there is none. */
    @Nullable Upstream takeIdle() {
        Upstream kept = idle;
        idle = null;
        return kept != null && kept.isUsable() ? kept : null;
    }

    /** The response has gone; the connection to the server, where there was one, may be used again. */
    void finished(@Nullable Upstream upstream, boolean keepAlive) {
        current = null;
        if (upstream != null) {
            if (keepAlive) {
                upstream.idle();
                idle = upstream;
            } else {
                upstream.close();
            }
        }
        if (keepAlive) {
            next();
        } else {
            release();
            link.closeWhenSent();
        }
    }

    /** The client's connection carries something else than HTTP from now on. */
    void becomeTunnel(Upstream upstream) {
        current = null;
        ChannelPipeline pipeline = link.client().pipeline();
        pipeline.replace(this, null, new Relay.FromClient(link, upstream.channel()));
        pipeline.remove(HttpObjectAggregator.class);
        pipeline.remove(HttpServerCodec.class);
        // Last, since what the server has sent behind its 101 goes down at once.
        upstream.becomeTunnel();
    }

    private void changed() {
        Exchange exchange = current;
        if (link.hasEnded()) {
            release();
        } else if (exchange != null) {
            exchange.changed();
        }
    }

    private void release() {
        Exchange exchange = current;
        current = null;
        if (exchange != null) {
            exchange.release();
        }
        for (FullHttpRequest request = waiting.poll(); request != null; request = waiting.poll()) {
            request.release();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Exchange exchange = current;
        if (exchange != null) {
            exchange.writable(ctx.channel().isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            // As servers and proxies do: a client that ends its side is gone.
            link.close();
        }
    }
}
