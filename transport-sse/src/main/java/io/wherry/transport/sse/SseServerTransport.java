// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.netty.handler.codec.http.HttpMethod;
import io.wherry.config.Config;
import io.wherry.spi.Framing;
import io.wherry.spi.ServerContext;
import io.wherry.spi.ServerTransport;
import io.wherry.transport.http.ChunkedFraming;
import io.wherry.transport.http.GzipFraming;
import io.wherry.transport.http.HttpPort;
import io.wherry.transport.http.ReadingRequest;
import io.wherry.transport.http.StreamConnection;
import io.wherry.transport.http.StreamStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The server half: each GET is answered by an event stream. Thread-safe. */
final class SseServerTransport implements ServerTransport {

    static final String MEDIA_TYPE = "text/event-stream";

    private static final String HEARTBEAT = ":\n\n";

    private static final Written ENVELOPES = new Written(new EnvelopeEvents());
    private static final Written RAW = new Written(new PayloadEvents(false, false));
    private static final Written RAW_NAMED = new Written(new PayloadEvents(true, false));
    private static final Written JSON = new Written(new PayloadEvents(false, true));
    private static final Written JSON_NAMED = new Written(new PayloadEvents(true, true));

    private final long retryMillis;
    private final Map<Framing, GzipFraming> gzipped;
    private final Map<Written, StreamStyle> styles = new HashMap<>();

    SseServerTransport(Config config) {
        this.retryMillis = config.get(SseKeys.RETRY).toMillis();
        this.gzipped =
                GzipFraming.of(config, ENVELOPES.whole, RAW.whole, RAW_NAMED.whole, JSON.whole, JSON_NAMED.whole);
        for (Written written : List.of(ENVELOPES, RAW, RAW_NAMED, JSON, JSON_NAMED)) {
            styles.put(written, style(written));
        }
    }

    @Override
    public void install(ServerContext context) {
        HttpPort.of(context).route(SseTransport.NAME, Set.of(HttpMethod.GET), exchange -> {
            ReadingRequest request = ReadingRequest.of(exchange);
            StreamStyle style = Objects.requireNonNull(styles.get(written(request)), "style");
            StreamConnection.answer(exchange, SseTransport.NAME, request, style);
        });
    }

    private StreamStyle style(Written written) {
        return new StreamStyle(
                MEDIA_TYPE,
                written.whole,
                written.chunked,
                gzipped.get(written.whole),
                // The id of the welcome makes this a block.
                written == ENVELOPES ? "" : "retry: " + retryMillis + "\n",
                HEARTBEAT,
                millis -> "retry: " + millis + "\n\n",
                StreamStyle.ENDLESS);
    }

    private static Written written(ReadingRequest request) {
        if (request.isChannel()) {
            return ENVELOPES;
        }
        boolean named = request.topics().size() > 1;
        if (request.isJson()) {
            return named ? JSON_NAMED : JSON;
        }
        return named ? RAW_NAMED : RAW;
    }

    /** A framing, as it is and in chunks. */
    private static final class Written {

        private final Framing whole;
        private final ChunkedFraming chunked;

        Written(Framing whole) {
            this.whole = whole;
            this.chunked = new ChunkedFraming(whole);
        }
    }
}
