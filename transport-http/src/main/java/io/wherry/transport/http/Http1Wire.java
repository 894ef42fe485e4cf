// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.wherry.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 and 1.0 (RFC 9112): one request after the other, heads through Netty's encoder, content that is framed already past it.
 * Confined to its loop.
 *
 * <p>While an answer goes on, neither decoder nor encoder is needed, and most such connections hold none: they come back with the
 * next request, or with what comes before its time.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class Http1Wire implements Wire, Runnable {

    /** Content that is not longer is copied behind its head, so that both are one write. */
    private static final int COPIED = 4096;

    /** How many tasks of the loop an answer waits for the next request's, where that has come already. */
    private static final int MAX_TURNS = 4;

    /** The end of chunked content without trailers. */
    private static final ByteBuf LAST_CHUNK = Unpooled.unreleasableBuffer(
            Unpooled.copiedBuffer("0\r\n\r\n", StandardCharsets.US_ASCII).asReadOnly());

    private final Limits limits;
    private boolean flushesSoon;
    private byte turns;
    private @Nullable ChannelHandlerContext connection;
    /** Null while nothing is to be decoded. */
    private @Nullable RequestDecoder decoder;
    /** From where what is written goes past the encoder: from the connection itself, while there is none. */
    private @Nullable ChannelHandlerContext past;

    /** Makes one whose handlers come before the connection's in its pipeline. */
    Http1Wire(Limits limits) {
        this.limits = limits;
    }

    @Override
    public void added(ChannelHandlerContext to) {
        connection = to;
        past = to;
        addDecoder();
        addEncoder();
    }

    private RequestDecoder addDecoder() {
        RequestDecoder added = new RequestDecoder(limits);
        ChannelPipeline pipeline = connection().pipeline();
        pipeline.addBefore(past().name(), null, added);
        decoder = added;
        return added;
    }

    private void addEncoder() {
        ChannelPipeline pipeline = connection().pipeline();
        HttpResponseEncoder encoder = new HttpResponseEncoder();
        pipeline.addBefore(connection().name(), null, encoder);
        past = pipeline.context(encoder);
    }

    private void removeEncoder() {
        connection().pipeline().remove(HttpResponseEncoder.class);
        past = connection();
    }

    /** Another version has the connection, and the codec goes. */
    void leave() {
        removeEncoder();
        connection().pipeline().remove(decoder());
    }

    @Override
    public boolean isForOne() {
        return false;
    }

    @Override
    public boolean hasBegun() {
        return decoder != null && decoder.hasBegun();
    }

    @Override
    public void goOn() {
        connection()
                .writeAndFlush(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }

    @Override
    public void addPersistence(HttpHeaders headers, boolean keepsAlive, boolean isOldPeer) {
        if (!keepsAlive) {
            headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (isOldPeer) {
            headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    @Override
    public void respond(HttpResponseStatus status, HttpHeaders headers, ByteBuf content) {
        connection()
                .write(new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, status, content, headers, EmptyHttpHeaders.INSTANCE));
        answered();
    }

    /** Flushes answers: those to requests that came together go together, unless the next one takes its time. */
    private void answered() {
        if (decoder == null || !decoder.isHolding()) {
            flushesSoon = false;
            connection().flush();
            return;
        }
        turns = 0;
        if (!flushesSoon) {
            flushesSoon = true;
            connection().executor().execute(this);
        }
    }

    /** Flushes what waits for the answer to the next request, unless that is about to be given. */
    @Override
    public void run() {
        if (!flushesSoon) {
            return;
        }
        if (hasBegun() && turns++ < MAX_TURNS) {
            connection().executor().execute(this);
        } else {
            flushesSoon = false;
            connection().flush();
        }
    }

    @Override
    public void respond(AnswerHead head, ByteBuf content) {
        ChannelHandlerContext to = past();
        int length = content.readableBytes();
        if (length <= COPIED) {
            ByteBuf answer = to.alloc().directBuffer(head.size() + length);
            head.writeTo(answer);
            answer.writeBytes(content, content.readerIndex(), length);
            to.write(answer, to.voidPromise());
        } else {
            ByteBuf first = to.alloc().directBuffer(head.size());
            head.writeTo(first);
            to.write(first, to.voidPromise());
            to.write(content.retainedDuplicate(), to.voidPromise());
        }
        answered();
    }

    @Override
    public void begin(HttpResponseStatus status, HttpHeaders headers, boolean chunked) {
        if (chunked) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        connection().write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, headers));
        if (chunked) {
            removeEncoder();
            if (!decoder().isHolding()) {
                connection().pipeline().remove(decoder());
                decoder = null;
            }
        }
    }

    @Override
    public void received(ByteBuf early) {
        RequestDecoder holding = addDecoder();
        holding.hold();
        holding.read(context(holding), early);
    }

    @Override
    public void write(ByteBuf bytes) {
        ChannelHandlerContext to = past();
        to.write(bytes.retainedDuplicate(), to.voidPromise());
    }

    @Override
    public void flush() {
        past().flush();
    }

    @Override
    public void end() {
        if (hasEncoder()) {
            connection().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        } else {
            connection().writeAndFlush(LAST_CHUNK.duplicate());
        }
    }

    @Override
    public void next() {
        if (!hasEncoder()) {
            addEncoder();
        }
        RequestDecoder next = decoder == null ? addDecoder() : decoder;
        next.next(context(next));
    }

    @Override
    public void discard() {
        RequestDecoder last = decoder == null ? addDecoder() : decoder;
        last.discard();
        connection().channel().config().setAutoRead(true);
    }

    @Override
    public void closeWhenSent() {
        connection().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void upgrade(HttpHeaders headers, ChannelHandler... handlers) {
        ChannelHandlerContext from = connection();
        from.writeAndFlush(new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.SWITCHING_PROTOCOLS,
                Unpooled.EMPTY_BUFFER,
                headers,
                EmptyHttpHeaders.INSTANCE));
        ChannelPipeline pipeline = from.pipeline();
        // The handlers may write at once, so that the encoder must be gone by then.
        removeEncoder();
        pipeline.addLast(handlers).addLast(QuietTail.INSTANCE);
        pipeline.remove(from.handler());
        pipeline.remove(decoder());
    }

    private boolean hasEncoder() {
        return past != connection;
    }

    private ChannelHandlerContext context(RequestDecoder of) {
        return Objects.requireNonNull(connection().pipeline().context(of), "context");
    }

    private RequestDecoder decoder() {
        return Objects.requireNonNull(decoder, "decoder");
    }

    private ChannelHandlerContext connection() {
        return Objects.requireNonNull(connection, "connection");
    }

    private ChannelHandlerContext past() {
        return Objects.requireNonNull(past, "encoder");
    }
}
