// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.spi.ClientConnection;
import io.wherry.spi.ClientListener;
import io.wherry.spi.Envelope;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The client's end of a WebSocket, as the channel layer sees it: connecting, then open, then ended. Confined to its loop. */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as the end of the connection.
final class WebSocketClientConnection implements ClientConnection, ClientHandshake.Outcome, WebSocketPeer {

    private static final int HEAD_LENGTH = 64;

    private final ClientListener listener;
    private final int maxMessage;
    private final Function<Boolean, WebSocketRules> rules;
    private @Nullable Channel channel;
    private @Nullable WebSocketHandler socket;
    private boolean readable = true;
    private boolean isClosing;
    private boolean hasEnded;

    /**
     * Makes a connection that is not open yet.
     *
     * @param maxMessage the largest payload that is taken
     * @param rules what the open WebSocket goes by, with or without compression
     */
    WebSocketClientConnection(int maxMessage, ClientListener listener, Function<Boolean, WebSocketRules> rules) {
        this.listener = listener;
        this.maxMessage = maxMessage;
        this.rules = rules;
    }

    /** TCP and TLS stand, or have failed. */
    void connected(@Nullable Channel made, @Nullable Throwable failure) {
        if (failure != null) {
            end(WherryException.from(failure));
        } else if (made != null) {
            channel = made;
            if (isClosing) {
                made.close();
            }
        }
    }

    @Override
    public ChannelHandler[] accepted(boolean compression) {
        return new WebSocketHandler(rules.apply(compression), this).pipeline();
    }

    @Override
    public void refused(WherryException why) {
        end(why);
    }

    @Override
    public void opened(WebSocketHandler opened) {
        socket = opened;
        opened.readable(readable);
    }

    @Override
    public boolean isWritable() {
        return socket != null && socket.isWritable();
    }

    @Override
    public void send(Envelope envelope) {
        if (socket == null || hasEnded) {
            return;
        }
        ByteBuf frame = socket.buffer(HEAD_LENGTH + envelope.message().size());
        envelope.writeTo(frame);
        socket.writeFrame(
                envelope.message().format().isText() ? new TextWebSocketFrame(frame) : new BinaryWebSocketFrame(frame));
    }

    @Override
    public void flush() {
        if (socket != null) {
            socket.flush();
        }
    }

    @Override
    public void readable(boolean readable) {
        this.readable = readable;
        if (socket != null) {
            socket.readable(readable);
        }
    }

    @Override
    public void close() {
        if (isClosing) {
            return;
        }
        isClosing = true;
        if (socket != null) {
            socket.close(CloseCode.NORMAL, "");
            return;
        }
        if (channel != null) {
            channel.close();
        }
        end(null);
    }

    @Override
    public void message(boolean text, ByteBuf payload) {
        @Nullable Envelope envelope = Envelope.read(payload, maxMessage);
        if (envelope != null) {
            listener.received(envelope);
        }
    }

    @Override
    public void messagesComplete() {
        listener.receiveComplete();
    }

    @Override
    public void pong() {
        // A client does not ping; all that counts is that something came.
    }

    @Override
    public void alive() {
        listener.alive();
    }

    @Override
    public void writable() {
        listener.writable();
    }

    @Override
    public void ended(int code, String reason, @Nullable Throwable cause) {
        if (isClosing) {
            end(null);
        } else if (cause instanceof WherryException fault) {
            end(fault);
        } else if (cause != null) {
            end(new WherryException(ErrorCode.UNAVAILABLE, "websocket: " + cause.getMessage(), cause));
        } else {
            end(CloseCode.failure(code, reason));
        }
    }

    private void end(@Nullable WherryException why) {
        if (!hasEnded) {
            hasEnded = true;
            listener.closed(why);
        }
    }
}
