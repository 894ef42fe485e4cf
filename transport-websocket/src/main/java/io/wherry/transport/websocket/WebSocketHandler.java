// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.Envelope;
import io.wherry.spi.Framing;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open WebSocket of either side: makes messages of frames, answers pings, and keeps the rules of closing (RFC 6455,
 * sections 5 and 7). Confined to its event loop.
 *
 * <p>It is the last of the handlers that {@link #pipeline} gives: the client's encoder, the decoder, this. A server writes frames as
 * they are, those that control the connection included.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class WebSocketHandler extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(WebSocketHandler.class);
    private static final SecureRandom MASKS = new SecureRandom();
    private static final int RSV1 = 4;

    /** How much room there is at first for what is joined: a short answer or two. */
    private static final int JOINED_CAPACITY = 512;

    /** From how many bytes on what is joined is written, so that the socket can say whether it takes more. */
    private static final int MAX_JOINED = 8 * 1024;

    /** What has become of the connection. */
    private enum State {
        /** Messages go both ways. */
        OPEN,
        /** This side has sent a close frame and waits for the other's. */
        CLOSING,
        /** The other side has closed, and was answered. */
        CLOSED,
        /** This side has found a fault, has said so, and reads no frames any more. */
        FAILED
    }

    private final WebSocketRules rules;
    private final WebSocketPeer peer;

    private @Nullable ChannelHandlerContext ctx;
    private State state = State.OPEN;
    private boolean hasEnded;

    /** Null while no message is on its way in fragments. */
    private @Nullable MessageAssembly assembly;

    /** Frames for this peer alone that are written together; null when there are none. */
    private @Nullable ByteBuf joined;

    private @Nullable ByteBuf owedPong;
    private boolean needsFlush;
    private boolean hadMessages;
    private @Nullable ScheduledFuture<?> cut;

    /** Makes the handler of a connection; {@link #pipeline} has what goes before it. */
    WebSocketHandler(WebSocketRules rules, WebSocketPeer peer) {
        this.rules = rules;
        this.peer = peer;
    }

    /** The handlers of an open WebSocket, in the order in which they are added to a pipeline; this is the last of them. */
    ChannelHandler[] pipeline() {
        WebSocket13FrameDecoder decoder = new WebSocket13FrameDecoder(rules.decoding());
        return rules.server()
                ? new ChannelHandler[] {decoder, this}
                : new ChannelHandler[] {new WebSocket13FrameEncoder(MASKS::nextInt), decoder, this};
    }

    /** Whether messages go both ways. */
    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether bytes can be taken without piling up. */
    boolean isWritable() {
        return state == State.OPEN && context().channel().isWritable();
    }

    /** Writes whole frames of a server. The buffer is lent. */
    void writeFrames(ByteBuf frames) {
        if (state == State.OPEN) {
            writeJoined();
            context().write(frames.retainedDuplicate(), context().voidPromise());
        }
    }

    /** Appends an envelope of a server to what goes before all that is written or flushed after it. */
    void join(Envelope envelope, Framing framing) {
        ByteBuf frames = joined;
        if (frames == null) {
            frames = context().alloc().directBuffer(JOINED_CAPACITY);
            joined = frames;
        }
        int before = frames.writerIndex();
        try {
            framing.encode(envelope, frames);
        } catch (RuntimeException e) {
            frames.writerIndex(before);
            throw e;
        }
        if (frames.readableBytes() >= MAX_JOINED) {
            writeJoined();
        }
    }

    private void writeJoined() {
        ByteBuf frames = joined;
        if (frames != null) {
            joined = null;
            context().write(frames, context().voidPromise());
        }
    }

    /** Writes a frame of a client through the encoder, which is given it. */
    void writeFrame(WebSocketFrame frame) {
        if (state == State.OPEN) {
            context().write(frame, context().voidPromise());
        } else {
            frame.release();
        }
    }

    /** Sends what was written. */
    void flush() {
        if (state == State.OPEN) {
            needsFlush = false;
            writeJoined();
            context().flush();
        }
    }

    /** Writes a ping. */
    void ping() {
        writeFrames(FrameHead.PING_FRAME);
    }

    /** Says whether frames are welcome. Those that have been read already keep coming. */
    void readable(boolean readable) {
        if (state == State.OPEN) {
            context().channel().config().setAutoRead(readable);
        }
    }

    /** Where buffers come from. */
    ByteBuf buffer(int capacity) {
        return context().alloc().buffer(capacity);
    }

    /** Begins to close: what was written goes first, what comes is dropped, {@code ended} follows within the close's time. */
    void close(int code, String reason) {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSING;
        forgetPartial();
        writeJoined();
        context()
                .writeAndFlush(
                        control(new CloseWebSocketFrame(code, CloseCode.fit(reason))),
                        context().voidPromise());
        context().channel().config().setAutoRead(true);
        cutLater();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        peer.opened(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof WebSocketFrame frame && state != State.FAILED && state != State.CLOSED) {
                frame(frame);
            }
        } catch (WherryException e) {
            int code = e.code() == ErrorCode.TOO_LARGE ? CloseCode.TOO_BIG : CloseCode.of(e);
            fail(code, e.getMessage(), e);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void frame(WebSocketFrame frame) {
        int allowed = rules.compression() && isDataStart(frame) ? RSV1 : 0;
        if ((frame.rsv() & ~allowed) != 0) {
            fail(CloseCode.PROTOCOL_ERROR, "reserved bits: " + frame.rsv() + " (expected: " + allowed + " at most)");
        } else if (frame instanceof CloseWebSocketFrame) {
            closed(frame.content());
        } else if (frame instanceof PingWebSocketFrame) {
            pinged(frame.content());
        } else if (state == State.OPEN) {
            if (frame instanceof PongWebSocketFrame) {
                peer.pong();
            } else {
                data(frame);
            }
        }
    }

    private static boolean isDataStart(WebSocketFrame frame) {
        return !(frame instanceof ContinuationWebSocketFrame
                || frame instanceof CloseWebSocketFrame
                || frame instanceof PingWebSocketFrame
                || frame instanceof PongWebSocketFrame);
    }

    /** Answers a ping; while the other side does not read, only the last one is kept to be answered. */
    private void pinged(ByteBuf content) {
        if (state != State.OPEN) {
            return;
        }
        if (context().channel().isWritable()) {
            needsFlush = true;
            context()
                    .write(
                            control(new PongWebSocketFrame(content.retain())),
                            context().voidPromise());
        } else {
            forgetPong();
            owedPong = content.retain();
        }
    }

    private void data(WebSocketFrame frame) {
        try {
            MessageAssembly parts = assembly;
            if (parts == null && frame.isFinalFragment() && frame.rsv() == 0) {
                boolean isText = frame instanceof TextWebSocketFrame;
                if (isText && !Utf8Bytes.isWellFormed(frame.content())) {
                    throw MessageAssembly.noUtf8();
                }
                deliver(isText, frame.content());
            } else {
                if (parts == null) {
                    parts = new MessageAssembly(rules, frame instanceof TextWebSocketFrame, frame.rsv() == RSV1);
                    assembly = parts;
                }
                add(parts, frame);
            }
        } catch (MessageAssembly.Fault fault) {
            fail(fault.code(), fault.reason());
        }
    }

    private void add(MessageAssembly parts, WebSocketFrame frame) throws MessageAssembly.Fault {
        @Nullable ByteBuf whole =
                parts.add(frame.content(), frame.isFinalFragment(), context().alloc());
        if (whole != null) {
            assembly = null;
            try {
                deliver(parts.isText(), whole);
            } finally {
                whole.release();
            }
        }
    }

    private void deliver(boolean isText, ByteBuf payload) {
        hadMessages = true;
        peer.message(isText, payload);
    }

    /** A control frame as it is written: by the client's encoder, or as bytes, since a server has none. */
    private Object control(WebSocketFrame frame) {
        return rules.server() ? FrameHead.control(frame, context().alloc()) : frame;
    }

    /** The other side's close frame: the answer to ours, or to be answered with its own code. */
    private void closed(ByteBuf body) {
        int code = CloseCode.ofBody(body);
        @Nullable String reason = CloseCode.reasonOfBody(body);
        if (code == CloseCode.INVALID) {
            fail(CloseCode.PROTOCOL_ERROR, "close frame: a code that must not travel");
            return;
        }
        if (reason == null) {
            fail(CloseCode.INVALID_PAYLOAD, "close frame: a reason that is not UTF-8");
            return;
        }
        boolean isAnswer = state == State.CLOSING;
        state = State.CLOSED;
        forgetPartial();
        writeJoined();
        if (isAnswer) {
            end();
        } else {
            CloseWebSocketFrame answer =
                    code == CloseCode.NO_CODE ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, "");
            context().writeAndFlush(control(answer)).addListener(written -> end());
            cutLater();
        }
        ended(code, reason, null);
    }

    /** Both close frames have passed: the server ends the socket, the client waits for that. */
    private void end() {
        if (rules.server()) {
            context().close();
        }
    }

    private void fail(int code, String reason) {
        fail(code, reason, new WherryException(codeOf(code), "websocket: " + reason));
    }

    private static ErrorCode codeOf(int closeCode) {
        @Nullable ErrorCode code = ErrorCode.ofCloseCode(closeCode);
        return code == null ? ErrorCode.BAD_REQUEST : code;
    }

    /**
     * Fails the connection (RFC 6455, section 7.1.7): tells why, sends no more, and drops what comes until the other side
     * ends or time is over. To end at once could destroy the close frame on its way, where unread bytes wait.
     */
    private void fail(int code, String reason, Throwable cause) {
        if (state == State.FAILED || state == State.CLOSED) {
            return;
        }
        boolean hasSaid = state == State.CLOSING;
        state = State.FAILED;
        forgetPartial();
        forgetPong();
        writeJoined();
        ChannelHandlerContext here = context();
        if (hasSaid) {
            here.close();
        } else {
            here.writeAndFlush(control(new CloseWebSocketFrame(code, CloseCode.fit(reason))))
                    .addListener(written -> sendNoMore(written.isSuccess()));
            cutLater();
            drop(here.pipeline(), WebSocket13FrameDecoder.class);
            here.channel().config().setAutoRead(true);
        }
        ended(code, reason, cause);
    }

    private static void drop(ChannelPipeline pipeline, Class<? extends ChannelHandler> type) {
        if (pipeline.context(type) != null) {
            pipeline.remove(type);
        }
    }

    private void sendNoMore(boolean written) {
        Channel channel = context().channel();
        @Nullable SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (!written) {
            channel.close();
        } else if (tls != null) {
            tls.closeOutbound();
        } else if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }

    private void cutLater() {
        if (cut == null) {
            Runnable close = context()::close;
            cut = context().executor().schedule(close, rules.closeTimeoutMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        boolean had = hadMessages;
        hadMessages = false;
        if (needsFlush) {
            needsFlush = false;
            ctx.flush();
        }
        if (hasEnded) {
            return;
        }
        if (had) {
            peer.messagesComplete();
        } else {
            // A part of a frame; or the end of the connection, which shows next, and is no sign of life.
            ctx.executor().execute(() -> {
                if (!hasEnded && ctx.channel().isActive()) {
                    peer.alive();
                }
            });
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (state != State.OPEN || !ctx.channel().isWritable()) {
            return;
        }
        ByteBuf pong = owedPong;
        if (pong != null) {
            owedPong = null;
            ctx.writeAndFlush(control(new PongWebSocketFrame(pong)), ctx.voidPromise());
        }
        peer.writable();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            fail(corrupted.closeStatus().code(), String.valueOf(corrupted.getMessage()));
        } else if (cause instanceof IOException || cause.getCause() instanceof IOException) {
            // A reset socket, or TLS that broke; every pending write may bring one of these.
            ended(CloseCode.ABNORMAL, "", cause);
            ctx.close();
        } else {
            log.warn("WebSocket of {} failed", ctx.channel().remoteAddress(), cause);
            fail(CloseCode.INTERNAL, "internal", cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        release();
        ended(CloseCode.ABNORMAL, "", null);
    }

    private void ended(int code, String reason, @Nullable Throwable cause) {
        if (!hasEnded) {
            hasEnded = true;
            peer.ended(code, reason, cause);
        }
    }

    private void release() {
        forgetPartial();
        ByteBuf unwritten = joined;
        joined = null;
        if (unwritten != null) {
            unwritten.release();
        }
        forgetPong();
        if (cut != null) {
            cut.cancel(false);
        }
    }

    private void forgetPartial() {
        MessageAssembly held = assembly;
        assembly = null;
        if (held != null) {
            held.release();
        }
    }

    private void forgetPong() {
        ByteBuf held = owedPong;
        owedPong = null;
        if (held != null) {
            held.release();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx, "ctx");
    }
}
