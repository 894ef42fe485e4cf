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
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.wherry.Limits;
import io.wherry.config.Config;
import io.wherry.config.CoreKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How answers of HTTP/1.1 go to the socket. */
final class Http1WireTest {

    private final Http1Wire wire = new Http1Wire(Limits.of(Config.of(Map.of(), CoreKeys.all())));
    private int flushes;
    private final EmbeddedChannel channel = new EmbeddedChannel(new CountedFlushes(), new Answering());

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

    /** Answers at once with the path, but for a request to wait, or for one whose answer goes on. */
    private final class Answering extends ChannelInboundHandlerAdapter {

        private String path = "";

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            wire.added(ctx);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf early) {
                wire.received(early);
                return;
            }
            if (message instanceof HttpRequest request) {
                path = request.uri();
            }
            if (message instanceof LastHttpContent && path.equals("/stream")) {
                wire.begin(HttpResponseStatus.OK, HttpExchange.newHeaders(), true);
                wire.flush();
            } else if (message instanceof LastHttpContent && !path.equals("/wait")) {
                respond(Unpooled.copiedBuffer(path, StandardCharsets.UTF_8));
                wire.next();
            }
            ReferenceCountUtil.release(message);
        }

        private void respond(ByteBuf content) {
            if (path.startsWith("/known")) {
                wire.respond(AnswerHead.of(HttpResponseStatus.OK, "text/plain", null, path.length()), content);
                content.release();
            } else {
                HttpHeaders headers = HttpExchange.newHeaders();
                headers.set(HttpHeaderNames.CONTENT_LENGTH, path.length());
                wire.respond(HttpResponseStatus.OK, headers, content);
            }
        }
    }

    private void ask(String... paths) {
        StringBuilder requests = new StringBuilder();
        for (String path : paths) {
            requests.append("GET ").append(path).append(" HTTP/1.1\r\nHost: here\r\n\r\n");
        }
        receive(requests.toString());
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
    void answersThatWereMadeBeforeGoTogetherToo() {
        ask("/known/one", "/two", "/known/three", "/known/four");
        assertThat(answers()).containsSubsequence("/known/one", "/two", "/known/three", "/known/four");
        assertThat(flushes).isEqualTo(1);
    }

    @Test
    void anAnswerGoesAtOnceWhereNothingElseHasCome() {
        ask("/known/one");
        assertThat(flushes).isEqualTo(1);
        ask("/known/one", "/wait");
        assertThat(answers()).endsWith("/known/one");
        assertThat(flushes).isEqualTo(2);
    }

    @Test
    void anAnswerDoesNotWaitForOneThatTakesItsTime() {
        ask("/one", "/wait");
        assertThat(answers()).endsWith("/one");
        assertThat(flushes).isEqualTo(1);
    }

    private void endStream() {
        wire.end();
        wire.next();
    }

    private List<String> handlers() {
        List<String> handlers = new ArrayList<>();
        channel.pipeline()
                .toMap()
                .values()
                .forEach(handler -> handlers.add(handler.getClass().getSimpleName()));
        return handlers;
    }

    @Test
    void holdsNoCodecWhileAnAnswerGoesOn() {
        List<String> before = handlers();
        assertThat(before).containsExactly("CountedFlushes", "RequestDecoder", "HttpResponseEncoder", "Answering");
        ask("/stream");
        assertThat(answers()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
        assertThat(handlers()).containsExactly("CountedFlushes", "Answering");

        ByteBuf chunk = Unpooled.copiedBuffer("3\r\none\r\n", StandardCharsets.US_ASCII);
        wire.write(chunk);
        wire.flush();
        endStream();
        chunk.release();
        assertThat(answers()).isEqualTo("3\r\none\r\n0\r\n\r\n");
        assertThat(handlers()).isEqualTo(before);
        ask("/again");
        assertThat(answers()).endsWith("/again");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 20", "20, 20", "20, 34", "34, 34"})
    void keepsWhatComesWhileAnAnswerGoesOnForAfterIt(int withRequest, int later) {
        String next = "GET /next HTTP/1.1\r\nHost: here\r\n\r\n";
        String stream = "GET /stream HTTP/1.1\r\nHost: here\r\n\r\n";
        receive(stream + next.substring(0, withRequest));
        receive(next.substring(withRequest, later));
        assertThat(answers()).doesNotContain("/next");
        endStream();
        receive(next.substring(later));
        assertThat(answers()).startsWith("0\r\n\r\nHTTP/1.1 200 OK\r\n").endsWith("/next");
    }

    @Test
    void readsNoFurtherWhereTooMuchComesWhileAnAnswerGoesOn() {
        ask("/stream");
        receive("x".repeat(64 * 1024));
        assertThat(channel.config().isAutoRead()).isTrue();
        receive("x");
        assertThat(channel.config().isAutoRead()).isFalse();
    }

    @Test
    void dropsWhatComesAfterTheLastAnswer() {
        ask("/stream");
        wire.end();
        wire.discard();
        answers();
        ask("/next");
        assertThat(answers()).isEmpty();
    }

    private void receive(String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.UTF_8));
    }
}
