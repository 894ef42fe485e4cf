// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
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
 * A way down that is one response that goes on. Its end is an orderly end of the connection. Confined to the target's loop.
 */
public final class StreamDownlink implements SplitConnection.Downlink, HttpStreamListener {

    private final HttpClientPool pool;
    private final ClientContext context;
    private final Target target;
    private final URI uri;
    private final String mediaType;
    private final Decoder decoder;
    private @Nullable SplitConnection connection;
    private @Nullable HttpCall call;

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
        call = pool.stream(context, target.loop(), request, this);
    }

    @Override
    public void readable(boolean readable) {
        if (call != null) {
            call.readable(readable);
        }
    }

    @Override
    public void cancel() {
        if (call != null) {
            call.cancel();
            call = null;
        }
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
    }

    @Override
    public void bytes(ByteBuf content) {
        decoder.read(content, connection()::received);
    }

    @Override
    public void bytesComplete() {
        connection().complete();
    }

    @Override
    public void ended() {
        connection().ended();
    }

    @Override
    public void failed(WherryException cause) {
        connection().failed(cause);
    }

    private SplitConnection connection() {
        return Objects.requireNonNull(connection, "connection");
    }
}
