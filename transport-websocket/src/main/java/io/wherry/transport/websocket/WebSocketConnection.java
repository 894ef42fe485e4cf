// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.Message;
import io.wherry.Position;
import io.wherry.WherryException;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Envelope;
import io.wherry.spi.Envelope.Kind;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a WebSocket, as the channel layer sees it. Confined to its loop.
 *
 * <p>It is made before the upgrade, so that the channel layer can still refuse with an HTTP status. What is written before
 * {@link #opened} waits.
 */
final class WebSocketConnection implements Connection, WebSocketPeer {

    private final Loop loop;
    private final Framing framing;
    private final int maxMessage;
    private final Inbound inbound;
    private final @Nullable String handler;
    private final @Nullable Receipts receipts;
    /** What waits until the socket is open; null when nothing does. */
    private @Nullable Queue<ByteBuf> early;

    private @Nullable ConnectionListener listener;
    private @Nullable WebSocketHandler socket;
    private @Nullable End earlyEnd;
    private boolean readable = true;
    private boolean hasEnded;

    /** How a connection was ended that was not open yet. */
    private record End(@Nullable WherryException reason) {}

    /** What the peer's messages are. */
    private enum Inbound {
        /** Envelopes of a channel. */
        ENVELOPES,
        /** Messages to one handler. */
        MESSAGES,
        /** Not allowed. */
        NONE
    }

    private WebSocketConnection(
            Loop loop,
            Framing framing,
            int maxMessage,
            Inbound inbound,
            @Nullable String handler,
            @Nullable Receipts receipts) {
        this.loop = loop;
        this.framing = framing;
        this.maxMessage = maxMessage;
        this.inbound = inbound;
        this.handler = handler;
        this.receipts = receipts;
    }

    /** The connection of a channel. */
    static WebSocketConnection ofChannel(Loop loop, Framing framing, int maxMessage) {
        return new WebSocketConnection(loop, framing, maxMessage, Inbound.ENVELOPES, null, null);
    }

    /** The connection of a reader without a library, which sends nothing. */
    static WebSocketConnection ofReader(Loop loop, Framing framing) {
        return new WebSocketConnection(loop, framing, 0, Inbound.NONE, null, null);
    }

    /** The connection of a peer without a library, which sends to one handler. */
    static WebSocketConnection ofSender(Loop loop, Framing framing, int maxMessage, String handler, Receipts receipts) {
        return new WebSocketConnection(loop, framing, maxMessage, Inbound.MESSAGES, handler, receipts);
    }

    /** Sets who is told; comes before {@link #opened}. */
    void listen(ConnectionListener to) {
        listener = to;
    }

    /** What waits is sent. */
    @Override
    public void opened(WebSocketHandler opened) {
        socket = opened;
        opened.readable(readable);
        Queue<ByteBuf> waiting = early;
        early = null;
        if (waiting != null) {
            for (ByteBuf frames : waiting) {
                opened.writeFrames(frames);
                frames.release();
            }
        }
        opened.flush();
        if (earlyEnd != null) {
            close(earlyEnd.reason);
        } else if (listener != null && opened.isWritable()) {
            listener.writable();
        }
    }

    @Override
    public String transport() {
        return WebSocketTransport.NAME;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Framing framing() {
        return framing;
    }

    @Override
    public boolean isWritable() {
        return socket != null && socket.isWritable();
    }

    @Override
    public void write(ByteBuf frames) {
        if (socket != null) {
            socket.writeFrames(frames);
        } else if (!hasEnded && earlyEnd == null) {
            if (early == null) {
                early = new ArrayDeque<>(2);
            }
            early.add(frames.retainedDuplicate());
        }
    }

    /** Joins it with others for this peer alone: what answers one read of the socket is one write. */
    @Override
    public void writeOwn(Envelope envelope) {
        if (socket == null) {
            Connection.super.writeOwn(envelope);
        } else if (socket.isOpen() && !hasEnded) {
            socket.join(envelope, framing);
        }
    }

    @Override
    public void flush() {
        if (socket != null) {
            if (receipts != null && listener != null && receipts.isPingDue(listener.position(), loop.nanoTime())) {
                receipts.ping(listener.position(), loop.nanoTime());
                socket.ping();
            }
            socket.flush();
        }
    }

    @Override
    public void heartbeat() {
        if (socket != null) {
            if (receipts != null && listener != null) {
                receipts.ping(listener.position(), loop.nanoTime());
            }
            socket.ping();
            socket.flush();
        }
    }

    /** The pong of RFC 6455, section 5.5.3. */
    @Override
    public boolean answersHeartbeats() {
        return true;
    }

    @Override
    public void readable(boolean readable) {
        this.readable = readable;
        if (socket != null) {
            socket.readable(readable);
        }
    }

    @Override
    public void close(@Nullable WherryException reason) {
        if (socket != null) {
            int code = inbound == Inbound.ENVELOPES ? CloseCode.of(reason) : CloseCode.ofPlain(reason);
            socket.close(code, CloseCode.text(reason));
        } else if (earlyEnd == null) {
            earlyEnd = new End(reason);
        }
    }

    @Override
    public void message(boolean text, ByteBuf payload) {
        @Nullable ConnectionListener told = listener;
        @Nullable Envelope envelope = switch (inbound) {
            case ENVELOPES -> Envelope.read(payload, maxMessage);
            case MESSAGES -> direct(text, payload);
            case NONE -> refuse();
        };
        if (envelope != null && told != null) {
            told.received(envelope);
        }
    }

    private Envelope direct(boolean text, ByteBuf payload) {
        if (payload.readableBytes() > maxMessage) {
            throw new WherryException(
                    ErrorCode.TOO_LARGE,
                    "message: " + payload.readableBytes() + " bytes (expected: at most " + maxMessage + ")");
        }
        Message message = Message.wrap(text ? Format.TEXT : Format.BYTES, ByteBufUtil.getBytes(payload));
        return Envelope.at(null, Kind.DIRECT, Objects.requireNonNull(handler, "handler"), null, message);
    }

    private @Nullable Envelope refuse() {
        if (socket != null) {
            socket.close(CloseCode.UNSUPPORTED_DATA, "to: none (expected: to=NAME in the query, to send messages)");
        }
        return null;
    }

    @Override
    public void messagesComplete() {
        if (listener != null) {
            listener.receiveComplete();
        }
    }

    @Override
    public void pong() {
        @Nullable Position received = receipts == null ? null : receipts.pong();
        if (received != null && listener != null) {
            listener.received(Envelope.control(Kind.ACK, received.toString(), null));
        }
    }

    @Override
    public void alive() {
        if (listener != null) {
            listener.alive();
        }
    }

    @Override
    public void writable() {
        if (listener != null) {
            listener.writable();
        }
    }

    @Override
    public void ended(int code, String reason, @Nullable Throwable cause) {
        hasEnded = true;
        if (early != null) {
            early.forEach(ByteBuf::release);
            early = null;
        }
        if (listener != null) {
            listener.closed(cause);
        }
    }
}
