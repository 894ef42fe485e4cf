// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.netty.handler.codec.http.HttpMethod;
import io.wherry.config.Config;
import io.wherry.spi.Framing;
import io.wherry.spi.ServerContext;
import io.wherry.spi.ServerTransport;
import io.wherry.transport.http.BatchFraming;
import io.wherry.transport.http.Delimiter;
import io.wherry.transport.http.GzipFraming;
import io.wherry.transport.http.HttpExchange;
import io.wherry.transport.http.HttpPort;
import io.wherry.transport.http.JsonFraming;
import io.wherry.transport.http.RawFraming;
import io.wherry.transport.http.ReadingRequest;
import io.wherry.transport.http.StreamConnection;
import io.wherry.transport.http.StreamStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The server half: each GET is answered by a response that goes on, up to a number of bytes. Thread-safe. */
final class CometServerTransport implements ServerTransport {

    private static final String PLAIN_MEDIA_TYPE = "text/plain; charset=utf-8";

    /** What follows a payload where a plain reader does not say. */
    private final Delimiter plainDelimiter;

    private final int responseBytes;
    /** With the delimiters that go without saying: a peer could ask for any number of others, and make work for each. */
    private final Map<Framing, GzipFraming> gzipped;

    /** How responses with these are written, once for all: they hold it for as long as they go on. */
    private final Map<Framing, StreamStyle> styles = new HashMap<>();

    CometServerTransport(Config config) {
        this.plainDelimiter = config.get(CometKeys.DELIMITER);
        this.responseBytes = config.get(CometKeys.RESPONSE_BYTES);
        this.gzipped = GzipFraming.of(
                config,
                BatchFraming.of(Delimiter.LF),
                RawFraming.of(Delimiter.LF),
                JsonFraming.of(Delimiter.LF),
                BatchFraming.of(plainDelimiter),
                RawFraming.of(plainDelimiter),
                JsonFraming.of(plainDelimiter));
        for (Delimiter delimiter : List.of(Delimiter.LF, plainDelimiter)) {
            for (StreamStyle style :
                    List.of(envelopes(delimiter), payloads(delimiter, false), payloads(delimiter, true))) {
                styles.put(style.framing(), style);
            }
        }
    }

    @Override
    public void install(ServerContext context) {
        HttpPort.of(context).route(CometTransport.NAME, Set.of(HttpMethod.GET), this::answer);
    }

    private void answer(HttpExchange exchange) {
        ReadingRequest request = ReadingRequest.of(exchange);
        StreamStyle style = request.isChannel()
                ? envelopes(request.delimiter())
                : payloads(
                        exchange.parameter("delimiter") == null ? plainDelimiter : request.delimiter(),
                        request.isJson());
        StreamConnection.answer(exchange, CometTransport.NAME, request, style);
    }

    private StreamStyle envelopes(Delimiter delimiter) {
        Framing framing = BatchFraming.of(delimiter);
        @Nullable StreamStyle known = styles.get(framing);
        if (known != null) {
            return known;
        }
        return new StreamStyle(
                BatchFraming.MEDIA_TYPE,
                framing,
                delimiter.chunkedBatch(),
                gzipped.get(framing),
                "",
                "h - 0 - -\n" + delimiter,
                StreamStyle.NO_FAREWELL,
                responseBytes);
    }

    private StreamStyle payloads(Delimiter delimiter, boolean json) {
        Framing framing = json ? JsonFraming.of(delimiter) : RawFraming.of(delimiter);
        @Nullable StreamStyle known = styles.get(framing);
        if (known != null) {
            return known;
        }
        return new StreamStyle(
                PLAIN_MEDIA_TYPE,
                framing,
                json ? delimiter.chunkedJson() : delimiter.chunkedRaw(),
                gzipped.get(framing),
                "",
                delimiter.toString(),
                StreamStyle.NO_FAREWELL,
                responseBytes);
    }
}
