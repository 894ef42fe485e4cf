// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.spi.Framing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How one kind of stream is written. Immutable.
 *
 * @param mediaType the content type
 * @param framing how envelopes are written
 * @param chunked the same in chunks; one instance for one {@code framing}, as encodings are shared by identity
 * @param gzipped the same compressed, for a peer that takes gzip; null where nothing is compressed. One instance, likewise
 * @param preambleText what comes first, perhaps nothing
 * @param heartbeatText the sign of life
 * @param farewellText what comes last where the peer is told after how many milliseconds to come back, perhaps nothing
 * @param maxBytes after how many bytes the response ends, and the peer is to come back
 */
public record StreamStyle(
        String mediaType,
        Framing framing,
        ChunkedFraming chunked,
        @Nullable GzipFraming gzipped,
        String preambleText,
        String heartbeatText,
        LongFunction<String> farewellText,
        long maxBytes) {

    /** For {@link #maxBytes} where a response never ends. */
    public static final long ENDLESS = Long.MAX_VALUE;

    /** For {@link #farewellText} where a peer cannot be told when to come back. */
    public static final LongFunction<String> NO_FAREWELL = millis -> "";

    /** The headers, with those that keep intermediaries from holding the stream back or changing it. */
    HttpHeaders headers(boolean inGzip) {
        HttpHeaders headers =
                HttpExchange.newHeaders(mediaType).set(HttpHeaderNames.CACHE_CONTROL, "no-cache, no-transform");
        if (gzipped != null) {
            headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
        }
        if (inGzip) {
            headers.set(HttpHeaderNames.CONTENT_ENCODING, HttpHeaderValues.GZIP);
        }
        return headers;
    }

    ByteBuf preamble() {
        return utf8(preambleText);
    }

    ByteBuf heartbeat() {
        return utf8(heartbeatText);
    }

    ByteBuf farewell(Duration comeBack) {
        return utf8(farewellText.apply(comeBack.toMillis()));
    }

    private static ByteBuf utf8(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
