// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.netty.buffer.ByteBuf;
import io.wherry.WherryException;
import org.jspecify.annotations.Nullable;

/**
 * One way out of a channel at one moment, on the server: a socket, one parked poll, the answer to one POST.
 *
 * <p>Implemented by the server half of a transport; called by the channel layer on {@link #loop()} only. The order is:
 * any number of {@code write} and {@code flush}, then at most one {@code close}. After {@code close}, and after
 * {@link ConnectionListener#closed} was called, calls have no effect.
 */
public interface Connection {

    /** The name of the transport, such as {@code sse}. */
    String transport();

    /** The loop on which this connection lives, and to which the channel moves. */
    Loop loop();

    /** How envelopes are written here; the same at every call. */
    Framing framing();

    /**
     * Whether bytes can be taken without piling up. When it turns true again, {@link ConnectionListener#writable()} is called.
     */
    boolean isWritable();

    /**
     * Takes encoded envelopes.
     *
     * @param envelopes lent for the call: the connection retains what it keeps, and leaves the indices as they are. The
     *     same buffer goes to other connections too
     */
    void write(ByteBuf envelopes);

    /**
     * Takes an envelope that goes to this connection alone. One that does not {@link #write(ByteBuf)} it at once writes it before
     * anything that it takes later, and before it flushes or closes.
     */
    default void writeOwn(Envelope envelope) {
        ByteBuf bytes = loop().alloc().buffer(256);
        try {
            framing().encode(envelope, bytes);
            if (bytes.isReadable()) {
                write(bytes);
            }
        } finally {
            bytes.release();
        }
    }

    /**
     * Sends what was written. Called at the end of each turn in which something was written, and once after attaching
     * when nothing was: a poll that does not wait is answered then.
     */
    void flush();

    /** Writes and flushes a sign of life of the transport's own, where there is one. */
    void heartbeat();

    /**
     * Whether every peer answers a {@link #heartbeat} without an application's doing, so that one that is silent is lost. Asked of
     * the connections of readers without a channel.
     */
    default boolean answersHeartbeats() {
        return false;
    }

    /** Says whether inbound messages are welcome; a socket stops being read when they are not. */
    void readable(boolean readable);

    /**
     * Ends this connection, after what was written before.
     *
     * @param reason what the other side is told: null for an orderly end that invites it to come back
     */
    void close(@Nullable WherryException reason);
}
