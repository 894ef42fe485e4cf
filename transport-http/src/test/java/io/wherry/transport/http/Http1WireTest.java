// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.wherry.Limits;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How answers of HTTP/1.1 go to the socket. */
final class Http1WireTest {

    private final RequestDecoder decoder = new RequestDecoder(Limits.of(Config.of(Map.of(), CoreKeys.all())));
    private final Http1Wire wire = new Http1Wire(decoder);
    private int flushes;
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new CountedFlushes(), decoder, new HttpResponseEncoder(), new Answering());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private final class CountedFlushes extends ChannelOutboundHandlerAdapter {

        @Override
        public void flush(ChannelHandlerContext ctx) {
            flushes++;
            ctx.flush();
        }
    }

    /** Answers at once with the path, but for a request to wait. */
    private final class Answering extends ChannelInboundHandlerAdapter {

        private String path = "";

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            wire.added(ctx);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                path = request.uri();
            }
            if (message instanceof LastHttpContent && !path.equals("/wait")) {
                HttpHeaders headers = HttpExchange.newHeaders();
                headers.set(HttpHeaderNames.CONTENT_LENGTH, path.length());
                wire.respond(HttpResponseStatus.OK, headers, Unpooled.copiedBuffer(path, StandardCharsets.UTF_8));
                wire.next();
            }
            ReferenceCountUtil.release(message);
        }
    }

    private void ask(String... paths) {
        StringBuilder requests = new StringBuilder();
        for (String path : paths) {
            requests.append("GET ").append(path).append(" HTTP/1.1\r\nHost: here\r\n\r\n");
        }
        channel.writeInbound(Unpooled.copiedBuffer(requests, StandardCharsets.UTF_8));
    }

    private String answers() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            all.append(out.toString(StandardCharsets.UTF_8));
            out.release();
        }
        return all.toString();
    }

    @Test
    void answersToRequestsThatCameTogetherGoTogether() {
        ask("/one", "/two", "/three");
        assertThat(answers()).containsSubsequence("/one", "/two", "/three");
        assertThat(flushes).isEqualTo(1);

        ask("/four");
        assertThat(answers()).endsWith("/four");
        assertThat(flushes).isEqualTo(2);
    }

    @Test
    void anAnswerDoesNotWaitForOneThatTakesItsTime() {
        ask("/one", "/wait");
        assertThat(answers()).endsWith("/one");
        assertThat(flushes).isEqualTo(1);
    }
}
