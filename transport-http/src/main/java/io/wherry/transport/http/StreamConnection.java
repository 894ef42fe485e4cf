// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.Connection;
import io.wherry.spi.ConnectionListener;
import io.wherry.spi.Framing;
import io.wherry.spi.Loop;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One response that goes on: what is written to it follows what was written before, until it is ended or has had its
 * number of bytes. Confined to its exchange's loop.
 */
public final class StreamConnection implements Connection, HttpStream.Listener {

    private final Loop loop;
    /** Null once it is answered: then nothing of the request is kept. */
    private @Nullable HttpExchange unanswered;

    private final String transport;
    private final boolean isChannel;
    private final StreamStyle style;
    private final Framing framing;
    private final boolean inGzip;
    private @Nullable ConnectionListener listener;
    private @Nullable HttpStream stream;
    private @Nullable GzipBody gzip;
    private boolean ended;

    private StreamConnection(HttpExchange exchange, String transport, boolean isChannel, StreamStyle style) {
        this.loop = exchange.loop();
        this.unanswered = exchange;
        this.transport = transport;
        this.isChannel = isChannel;
        this.style = style;
        this.inGzip = isInGzip(exchange, style);
        this.framing = framing(exchange, style, inGzip);
    }

    /** Whether the answer is compressed. Its end must show, so that it is not for HTTP/1.0. */
    private static boolean isInGzip(HttpExchange exchange, StreamStyle style) {
        return style.gzipped() != null
                && !exchange.isCloseDelimited()
                && AcceptEncoding.prefersGzip(exchange.headers());
    }

    private static Framing framing(HttpExchange exchange, StreamStyle style, boolean inGzip) {
        if (style.gzipped() != null && inGzip) {
            return style.gzipped();
        }
        return exchange.isChunkable() ? style.chunked() : style.framing();
    }

    /**
     * Answers an exchange with what there is to read, and what will be: of a channel, or of the topics that are named.
     *
     * @param transport the transport's name
     * @throws WherryException when it is refused
     */
    public static void answer(HttpExchange exchange, String transport, ReadingRequest request, StreamStyle style) {
        if (exchange.method().equals(HttpMethod.HEAD)) {
            exchange.respond(HttpResponseStatus.OK, style.headers(isInGzip(exchange, style)), Unpooled.EMPTY_BUFFER);
            return;
        }
        StreamConnection connection = new StreamConnection(exchange, transport, request.isChannel(), style);
        connection.listener = request.isChannel()
                ? exchange.context().acceptor().attach(request.attachment(exchange), connection)
                : exchange.context().acceptor().read(request.reading(exchange), connection);
        exchange.onGone(() -> connection.closed(null));
    }

    /**
     * The response; it begins at the first write or flush. Only from then on the connection is writable, so that its head
     * can tell at which position a reader starts.
     */
    private HttpStream stream() {
        HttpStream begun = stream;
        if (begun == null) {
            HttpExchange exchange = Objects.requireNonNull(unanswered, "exchange");
            HttpHeaders headers = style.headers(inGzip);
            if (!isChannel && listener != null) {
                headers.set(HttpTransport.POSITION_HEADER, listener.position().toString());
            }
            begun = exchange.stream(HttpResponseStatus.OK, headers);
            stream = begun;
            unanswered = null;
            if (inGzip) {
                gzip = new GzipBody(exchange.loop(), begun);
            }
            if (!isChannel) {
                // It cannot say that it lives; only its system can, by taking what is sent.
                begun.limitUnacknowledged(exchange.context().config().get(CoreKeys.LOST_AFTER));
            }
            begun.listen(this);
            writeContent(begun, style.preamble());
        }
        return begun;
    }

    private void writeContent(HttpStream to, ByteBuf content) {
        if (gzip != null) {
            gzip.writeContent(content);
        } else {
            to.writeContent(content);
        }
    }

    /** Whether the response has had its number of bytes, as the peer counts them that has to keep them. */
    private boolean isFull(HttpStream begun) {
        return (gzip == null ? begun.written() : gzip.length()) >= style.maxBytes();
    }

    @Override
    public String transport() {
        return transport;
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
        return stream != null && !ended && stream.isWritable() && !isFull(stream);
    }

    @Override
    public void write(ByteBuf envelopes) {
        if (ended) {
            return;
        }
        HttpStream begun = stream();
        if (gzip != null) {
            gzip.write(envelopes);
        } else {
            begun.write(envelopes);
        }
    }

    @Override
    public void flush() {
        if (ended) {
            return;
        }
        boolean begins = stream == null;
        stream().flush();
        if (isFull(stream())) {
            close(null);
        } else if (begins) {
            writable();
        }
    }

    @Override
    public void heartbeat() {
        if (isWritable()) {
            writeContent(stream(), style.heartbeat());
            flush();
        }
    }

    @Override
    public void readable(boolean readable) {
        // Nothing comes in on a stream.
    }

    /** Ends the response. What for, an envelope has told before where the response has begun; otherwise its status tells. */
    @Override
    public void close(@Nullable WherryException reason) {
        if (ended) {
            return;
        }
        if (unanswered != null && reason != null) {
            unanswered.problem(reason);
            closed(null);
        } else {
            Duration comeBack = reason == null ? null : reason.retryAfter();
            if (comeBack != null && !isChannel) {
                writeContent(stream(), style.farewell(comeBack));
            }
            stream().end();
        }
    }

    @Override
    public void writable() {
        if (listener != null && isWritable()) {
            listener.writable();
        }
    }

    @Override
    public void ending() {
        if (gzip != null) {
            gzip.end();
        }
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        if (!ended && listener != null) {
            listener.closed(cause);
        }
        ended = true;
    }
}
