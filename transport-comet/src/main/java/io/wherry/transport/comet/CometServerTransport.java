// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import io.netty.handler.codec.http.HttpMethod;
import io.wherry.spi.ServerContext;
import io.wherry.spi.ServerTransport;
import io.wherry.transport.http.BatchFraming;
import io.wherry.transport.http.Delimiter;
import io.wherry.transport.http.HttpExchange;
import io.wherry.transport.http.HttpPort;
import io.wherry.transport.http.JsonFraming;
import io.wherry.transport.http.RawFraming;
import io.wherry.transport.http.ReadingRequest;
import io.wherry.transport.http.StreamConnection;
import io.wherry.transport.http.StreamStyle;
import java.util.Set;

/** The server half: each GET is answered by a response that goes on, up to a number of bytes. Thread-safe. */
final class CometServerTransport implements ServerTransport {

    private static final String PLAIN_MEDIA_TYPE = "text/plain; charset=utf-8";

    private final Delimiter plainDelimiter;
    private final int responseBytes;

    /**
     * Makes a server half.
     *
     * @param plainDelimiter what follows a payload where a plain reader does not say
     * @param responseBytes after how many bytes a response ends
     */
    CometServerTransport(Delimiter plainDelimiter, int responseBytes) {
        this.plainDelimiter = plainDelimiter;
        this.responseBytes = responseBytes;
    }

    @Override
    public void install(ServerContext context) {
        HttpPort.of(context).route(CometTransport.NAME, Set.of(HttpMethod.GET), this::answer);
    }

    private void answer(HttpExchange exchange) {
        ReadingRequest request = ReadingRequest.of(exchange.handshake());
        StreamStyle style = request.isChannel()
                ? envelopes(request.delimiter())
                : payloads(
                        exchange.handshake().parameter("delimiter") == null ? plainDelimiter : request.delimiter(),
                        request.isJson());
        StreamConnection.answer(exchange, CometTransport.NAME, request, style);
    }

    private StreamStyle envelopes(Delimiter delimiter) {
        return new StreamStyle(
                BatchFraming.MEDIA_TYPE,
                BatchFraming.of(delimiter),
                delimiter.chunkedBatch(),
                "",
                "h - 0 - -\n" + delimiter,
                StreamStyle.NO_FAREWELL,
                responseBytes);
    }

    private StreamStyle payloads(Delimiter delimiter, boolean json) {
        return new StreamStyle(
                PLAIN_MEDIA_TYPE,
                json ? JsonFraming.of(delimiter) : RawFraming.of(delimiter),
                json ? delimiter.chunkedJson() : delimiter.chunkedRaw(),
                "",
                delimiter.toString(),
                StreamStyle.NO_FAREWELL,
                responseBytes);
    }
}
