// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Who is told what comes over a {@link WebSocketHandler}. Called on its event loop; {@code ended} comes once, and last. */
interface WebSocketPeer {

    /** The socket is open: frames can be written. Comes first. */
    void opened(WebSocketHandler socket);

    /**
     * A whole message has come.
     *
     * @param text whether it is text, well-formed then
     * @param payload lent
     * @throws io.wherry.WherryException to end the connection with that code
     */
    void message(boolean text, ByteBuf payload);

    /** No more messages are at hand. */
    void messagesComplete();

    /** A pong has come. */
    void pong();

    /** Something has come, if only a part of a message. */
    void alive();

    /** The socket takes bytes again. */
    void writable();

    /**
     * No more messages come, and none can be sent.
     *
     * @param code the other side's close code, {@link CloseCode#NO_CODE} and {@link CloseCode#ABNORMAL} included; the one
     *     that was sent when this side found a fault
     * @param reason what was said with it
     * @param cause the fault, or what broke the socket; null when the other side closed
     */
    void ended(int code, String reason, @Nullable Throwable cause);
}
