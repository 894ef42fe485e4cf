// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.PromiseNotifier;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of HTTP/2 (RFC 9113, section 8): one request, and its answer as frames. After an upgrade it is a socket: bytes come and
 * go as the content of its frames (RFC 8441). Confined to its loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the stream.
final class Http2Wire extends ChannelDuplexHandler implements Wire {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Wire.class);
    /** For how long the peer may take to end its half of a socket that this side has ended. */
    private static final long LINGER = Duration.ofSeconds(1).toNanos();
    /** What is a connection's affair (RFC 9113, section 8.2.2). */
    private static final Set<String> CONNECTION_SPECIFIC =
            Set.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    private final Loop loop;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable ChannelHandlerContext connection;
    private @Nullable ChannelFuture end;
    /** What came for another protocol before that was agreed on. */
    private @Nullable ByteBuf early;

    private boolean hasHead;
    private boolean hasPeerEnded;
    private boolean discards;
    private boolean isSocket;
    private boolean isClosing;

    Http2Wire(Loop loop) {
        this.loop = loop;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
    }

    @Override
    public void added(ChannelHandlerContext to) {
        connection = to;
    }

    @Override
    public boolean isForOne() {
        return true;
    }

    @Override
    public boolean hasBegun() {
        return hasHead;
    }

    // What comes

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Http2HeadersFrame frame) {
            headers(context, frame);
        } else if (message instanceof Http2DataFrame frame) {
            data(context, frame);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void headers(ChannelHandlerContext context, Http2HeadersFrame frame) {
        hasPeerEnded |= frame.isEndStream();
        if (hasHead) {
            // The end by a section of trailers, in which nothing is of use.
            if (hasPeerEnded) {
                contentEnded(context);
            }
            return;
        }
        hasHead = true;
        @Nullable Http2Request request = Http2Request.of(frame.headers(), !hasPeerEnded);
        if (request == null) {
            discards = true;
            context.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR));
            return;
        }
        boolean isConnect = request.protocol() != null;
        if (isConnect) {
            context.channel().config().setAutoRead(false);
            early = Unpooled.EMPTY_BUFFER;
        }
        context.fireChannelRead(request);
        if (hasPeerEnded || isConnect) {
            context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void data(ChannelHandlerContext context, Http2DataFrame frame) {
        hasPeerEnded |= frame.isEndStream();
        ByteBuf content = frame.content();
        if (discards) {
            content.release();
        } else if (isSocket) {
            socketRead(context, content);
        } else if (early != null) {
            early = Unpooled.wrappedBuffer(early, content);
        } else if (hasPeerEnded) {
            context.fireChannelRead(new DefaultLastHttpContent(content));
        } else {
            context.fireChannelRead(new DefaultHttpContent(content));
        }
    }

    private void contentEnded(ChannelHandlerContext context) {
        if (isSocket) {
            socketRead(context, Unpooled.EMPTY_BUFFER);
        } else if (early == null && !discards) {
            context.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void socketRead(ChannelHandlerContext context, ByteBuf content) {
        boolean isLast = hasPeerEnded;
        if (content.isReadable()) {
            context.fireChannelRead(content);
        } else {
            content.release();
        }
        if (isLast) {
            close(context, context.newPromise());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame) {
            // The channel closes when it has been read to its end.
            discards = true;
            context.channel().config().setAutoRead(true);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Http2Exception) {
            // The codec resets the stream, and says what for.
            LOG.debug("{}: {}", context.channel(), cause.toString());
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (early != null) {
            early.release();
            early = null;
        }
        context.fireChannelInactive();
    }

    // What goes

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            context.write(new DefaultHttp2DataFrame(bytes), promise);
        } else {
            context.write(message, promise);
        }
    }

    /**
     * Ends the stream: by a reset while an answer is under way, as far as the peer has not ended it after a whole one, and in order
     * when it is a socket.
     */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (isSocket && !isClosing && end == null) {
            isClosing = true;
            writeEnd();
            // A peer that takes nothing, or does not end its half, is not waited for.
            loop.schedule(() -> reset(context, Http2Error.CANCEL), LINGER);
            if (!promise.isVoid()) {
                PromiseNotifier.cascade(context.channel().closeFuture(), promise);
            }
        } else {
            if (end != null && !end.isDone()) {
                // The channel takes a stream for ended whose end only waits to be sent.
                reset(context, Http2Error.CANCEL);
            } else if (end != null && !hasPeerEnded) {
                reset(context, Http2Error.NO_ERROR);
            }
            context.close(promise);
        }
    }

    private static void reset(ChannelHandlerContext context, Http2Error code) {
        if (context.channel().isActive()) {
            context.writeAndFlush(new DefaultHttp2ResetFrame(code));
        }
    }

    private void writeEnd() {
        end = ctx().writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
    }

    @Override
    public void goOn() {
        ctx().writeAndFlush(new DefaultHttp2HeadersFrame(
                new DefaultHttp2Headers(false).status(HttpResponseStatus.CONTINUE.codeAsText())));
    }

    @Override
    public void addPersistence(HttpHeaders headers, boolean keepsAlive, boolean isOldPeer) {
        // The connection has other streams.
    }

    @Override
    public void respond(HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        respond(head(status, headers), content);
    }

    @Override
    public void respond(AnswerHead head, ByteBuf content) {
        respond(head.http2(), content.retainedDuplicate());
    }

    private void respond(Http2Headers head, ByteBuf content) {
        ChannelHandlerContext to = ctx();
        if (content.isReadable()) {
            to.write(new DefaultHttp2HeadersFrame(head), to.voidPromise());
            end = to.writeAndFlush(new DefaultHttp2DataFrame(content, true));
        } else {
            content.release();
            end = to.writeAndFlush(new DefaultHttp2HeadersFrame(head, true));
        }
    }

    /** The head of an answer in HTTP/2. */
    static Http2Headers head(HttpResponseStatus status, HttpHeaders headers) {
        Http2Headers head = new DefaultHttp2Headers(false, headers.size() + 1).status(status.codeAsText());
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            if (!CONNECTION_SPECIFIC.contains(name.toString())) {
                head.add(name, field.getValue());
            }
        }
        return head;
    }

    @Override
    public void begin(HttpResponseStatus status, HttpHeaders headers, boolean chunked) {
        ctx().write(new DefaultHttp2HeadersFrame(head(status, headers)), ctx().voidPromise());
    }

    @Override
    public void write(ByteBuf bytes) {
        ctx().write(new DefaultHttp2DataFrame(bytes.retainedDuplicate()), ctx().voidPromise());
    }

    @Override
    public void received(ByteBuf early) {
        early.release(); // Nothing but messages comes behind this handler.
    }

    @Override
    public void flush() {
        ctx().flush();
    }

    @Override
    public void end() {
        writeEnd();
    }

    @Override
    public void next() {
        // There is one request to a stream.
    }

    @Override
    public void discard() {
        discards = true;
        ctx().channel().config().setAutoRead(true);
    }

    @Override
    public void closeWhenSent() {
        // A stream that both sides have ended is closed by that.
        if (!hasPeerEnded && end != null) {
            end.addListener(sent -> reset(ctx(), Http2Error.NO_ERROR));
        }
    }

    @Override
    public void upgrade(HttpHeaders headers, ChannelHandler... handlers) {
        ChannelHandlerContext from = Objects.requireNonNull(connection, "connection");
        ctx().writeAndFlush(new DefaultHttp2HeadersFrame(head(HttpResponseStatus.OK, headers)));
        isSocket = true;
        ChannelPipeline pipeline = from.pipeline();
        QuietTail.addBefore(pipeline, handlers);
        pipeline.remove(from.handler());
        ByteBuf first = Objects.requireNonNull(early, "early");
        early = null;
        socketRead(ctx(), first);
        ctx().fireChannelReadComplete();
        ctx().channel().config().setAutoRead(true);
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx, "ctx");
    }
}
