// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;

/** Agrees to permessage-deflate without context (RFC 7692, section 7.1.1) in the answer to a handshake, and goes. Confined to the loop. */
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyExtension extends ChannelOutboundHandlerAdapter {

    private static final String AGREED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, AGREED);
            ctx.write(message, promise);
            ctx.pipeline().remove(this);
        } else {
            ctx.write(message, promise);
        }
    }
}
