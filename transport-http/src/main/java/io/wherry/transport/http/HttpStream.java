// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response that goes on: in chunks for a peer of HTTP/1.1, up to the end of the connection for one of
 * HTTP/1.0, as it is for one of HTTP/2. Confined to the loop of its connection. After {@link #end} and {@link Listener#closed} calls have no effect.
 */
public final class HttpStream {

    private final HttpServerConnection connection;
    private final Wire wire;
    private final boolean chunked;
    private @Nullable Listener listener;
    private @Nullable Throwable cause;
    private boolean closed;
    private long written;

    HttpStream(HttpServerConnection connection, Wire wire, boolean chunked) {
        this.connection = connection;
        this.wire = wire;
        this.chunked = chunked;
    }

    /** Who is told of a stream. Called on the loop. */
    public interface Listener {

        /** The stream is writable again. */
        void writable();

        /** The stream is about to be ended in order: what is written now is its last. */
        default void ending() {}

        /**
         * The stream has ended: by {@link #end}, or because the peer went away. Comes once, and last.
         *
         * @param cause the failure, null when there was none
         */
        void closed(@Nullable Throwable cause);
    }

    /** Sets who is told. A stream that has ended already tells it in a later turn of the loop. */
    public void listen(Listener to) {
        listener = to;
        if (closed) {
            connection.loop().execute(() -> to.closed(cause));
        }
    }

    /** Whether what goes to {@link #write} must be chunks, such as {@link ChunkedFraming} makes. */
    public boolean isChunked() {
        return chunked;
    }

    /** Whether the socket takes more without piling up. */
    public boolean isWritable() {
        return !closed && connection.channel().isWritable();
    }

    /** Has the connection cut when the peer acknowledges nothing for so long, where the system can. */
    void limitUnacknowledged(Duration limit) {
        Channel channel = connection.channel();
        Channel socket = channel instanceof Http2StreamChannel ? channel.parent() : channel;
        connection.context().loops().limitUnacknowledged(socket, limit);
    }

    /** How many bytes were given to {@link #write} and {@link #writeContent}. */
    public long written() {
        return written;
    }

    /**
     * Writes bytes as they are: chunks where the stream {@link #isChunked}.
     *
     * @param bytes lent
     */
    public void write(ByteBuf bytes) {
        if (!closed && bytes.isReadable()) {
            written += bytes.readableBytes();
            wire.write(bytes);
        }
    }

    /**
     * Writes content, in a chunk of its own where that is due.
     *
     * @param content lent
     */
    public void writeContent(ByteBuf content) {
        if (!chunked) {
            write(content);
        } else if (!closed && content.isReadable()) {
            ByteBuf chunk = connection.loop().alloc().buffer(content.readableBytes() + ChunkedFraming.MAX_OVERHEAD);
            ChunkedFraming.writeChunk(content, chunk);
            written += content.readableBytes();
            wire.write(chunk);
            chunk.release();
        }
    }

    /** Sends what was written. */
    public void flush() {
        if (!closed) {
            wire.flush();
        }
    }

    /** Ends the response after what was written; the connection is kept for another request where it can be. */
    public void end() {
        if (!closed) {
            connection.endStream(this);
        }
    }

    void ending() {
        if (listener != null) {
            listener.ending();
        }
    }

    void writabilityChanged() {
        if (!closed && listener != null && connection.channel().isWritable()) {
            listener.writable();
        }
    }

    void close(@Nullable Throwable failure) {
        if (!closed) {
            closed = true;
            cause = failure;
            if (listener != null) {
                listener.closed(failure);
            }
        }
    }
}
