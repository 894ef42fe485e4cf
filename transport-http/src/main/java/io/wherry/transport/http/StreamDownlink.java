// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.CoreKeys;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Envelope;
import io.wherry.spi.Target;
import java.net.URI;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A way down that is one response that goes on, as it is or in gzip. Its end is an orderly end of the connection. Confined to the
 * target's loop.
 */
public final class StreamDownlink implements SplitConnection.Downlink, HttpStreamListener {

    /** How many bytes of gzip may be of no use, beside a message. */
    private static final int MAX_COMMENTS = 64 * 1024;

    private final HttpClientPool pool;
    private final ClientContext context;
    private final Target target;
    private final URI uri;
    private final String mediaType;
    private final Decoder decoder;
    private @Nullable SplitConnection connection;
    private @Nullable HttpCall call;
    private @Nullable Gunzip gunzip;
    private boolean readable = true;
    private boolean hasEnded;

    /** Takes envelopes out of a response: a codec of one connection. */
    public interface Decoder {

        /**
         * Takes the next bytes.
         *
         * @param content lent; what is not yet a whole envelope is copied
         * @throws WherryException when it is not as it must be; the response cannot be read further
         */
        void read(ByteBuf content, Consumer<Envelope> taker);
    }

    /**
     * Makes a way down.
     *
     * @param uri where the response is, such as {@link HttpClientRequest#opening} makes it
     * @param mediaType the content type that the response must have
     */
    public StreamDownlink(
            HttpClientPool pool, ClientContext context, Target target, URI uri, String mediaType, Decoder decoder) {
        this.pool = pool;
        this.context = context;
        this.target = target;
        this.uri = uri;
        this.mediaType = mediaType;
        this.decoder = decoder;
    }

    @Override
    public void start(SplitConnection to) {
        connection = to;
        HttpClientRequest request =
                HttpClientRequest.get(target, uri, context.config().get(CoreKeys.CONNECT_TIMEOUT));
        request.headers().set(HttpHeaderNames.ACCEPT, mediaType);
        if (context.config().get(HttpKeys.COMPRESSION)) {
            request.headers().set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.GZIP);
        }
        call = pool.stream(context, target.loop(), request, this);
    }

    @Override
    public void readable(boolean welcome) {
        readable = welcome;
        if (call != null) {
            call.readable(welcome);
        }
        if (welcome && gunzip != null) {
            target.loop().execute(this::inflateRest);
        }
    }

    @Override
    public void cancel() {
        if (call != null) {
            call.cancel();
            call = null;
        }
        closeGunzip();
    }

    @Override
    public void head(int status, HttpHeaders headers) {
        @Nullable String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
        if (type == null || !type.startsWith(mediaType)) {
            throw new WherryException(
                    ErrorCode.UNAVAILABLE,
                    "content type: " + (type == null ? "none" : WherryException.quote(type)) + " (expected: "
                            + mediaType + ")");
        }
        @Nullable String coding = headers.get(HttpHeaderNames.CONTENT_ENCODING);
        if (coding == null || coding.equalsIgnoreCase("identity")) {
            return;
        }
        if (!context.config().get(HttpKeys.COMPRESSION)
                || !(coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip"))) {
            throw new WherryException(
                    ErrorCode.UNAVAILABLE,
                    "content encoding: " + WherryException.quote(coding) + " (expected: one that was asked for)");
        }
        // A payload of line feeds alone becomes seven times as long as the lines of an event.
        gunzip = new Gunzip(8L * context.limits().decompressed() + MAX_COMMENTS);
    }

    @Override
    public void bytes(ByteBuf content) {
        if (gunzip == null) {
            decoder.read(content, connection()::received);
        } else {
            gunzip.add(content);
            inflate();
        }
    }

    /** Takes what there is, as long as it is welcome. */
    private void inflate() {
        while (gunzip != null && readable) {
            @Nullable ByteBuf piece = gunzip.next();
            if (piece == null) {
                return;
            }
            decoder.read(piece, this::inflated);
        }
    }

    private void inflated(Envelope envelope) {
        if (gunzip != null) {
            gunzip.useful();
        }
        connection().received(envelope);
    }

    /** Goes on with what had come already when no more was welcome. */
    private void inflateRest() {
        if (gunzip == null || !readable) {
            return;
        }
        try {
            inflate();
        } catch (WherryException e) {
            cancel();
            connection().failed(e);
            return;
        }
        if (gunzip != null) {
            connection().complete();
        }
        if (gunzip != null && hasEnded && readable) {
            ended();
        }
    }

    @Override
    public void bytesComplete() {
        connection().complete();
    }

    @Override
    public void ended() {
        hasEnded = true;
        if (gunzip != null) {
            inflate();
            if (gunzip == null || !readable) {
                return;
            }
            boolean isWhole = gunzip.isWhole();
            closeGunzip();
            if (!isWhole) {
                connection().failed(Gunzip.broken("broke off"));
                return;
            }
        }
        connection().ended();
    }

    @Override
    public void failed(WherryException cause) {
        closeGunzip();
        connection().failed(cause);
    }

    private void closeGunzip() {
        if (gunzip != null) {
            gunzip.close();
            gunzip = null;
        }
    }

    private SplitConnection connection() {
        return Objects.requireNonNull(connection, "connection");
    }
}
