// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.Position;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import io.wherry.spi.ClientTransport;
import io.wherry.spi.Envelope;
import io.wherry.spi.ServerTransport;
import io.wherry.spi.Transport;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The transport {@code http}: single requests and short polling, and on the server the POST by which the clients of all HTTP
 * transports send.
 *
 * <p>It is found by its name like every transport. A server that is to serve web pages beside its transports is given it in
 * code:
 *
 * <pre>{@code
 * Wherry.server()
 *         .transport(HttpTransport.withContent(Map.of("/", WebContent.resource("text/html", Main.class, "index.html"))))
 *         .build();
 * }</pre>
 */
public final class HttpTransport implements Transport {

    /** The name. */
    static final String NAME = "http";

    static final String POSITION_HEADER = "Wherry-Position";
    static final String GAP_HEADER = "Wherry-Gap";

    private final Map<String, WebContent> content;

    /** Called by {@link java.util.ServiceLoader}. */
    public HttpTransport() {
        this(Map.of());
    }

    private HttpTransport(Map<String, WebContent> content) {
        this.content = new TreeMap<>(content);
    }

    /**
     * The transport with something more to serve on the same port, to anybody who asks, whoever the authenticator lets in.
     * The word {@code http} must be among {@code wherry.transports}, as it is by default; the others there are as they are.
     *
     * @param content what is served, by its path such as {@code /} or {@code /time.js}
     */
    public static HttpTransport withContent(Map<String, WebContent> content) {
        return new HttpTransport(content);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return HttpKeys.all();
    }

    @Override
    public ServerTransport server(Config config) {
        return new HttpServerTransport(content);
    }

    @Override
    public ClientTransport client(Config config) {
        return new HttpClientTransport(config);
    }

    /** Adds a position with which to go on, as a header of its own and as entity tag. */
    static void addPosition(HttpHeaders headers, Position position) {
        headers.set(POSITION_HEADER, position.toString());
        headers.set(HttpHeaderNames.ETAG, etag(position));
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
    }

    /** A position as an entity tag. */
    static String etag(Position position) {
        return "\"" + position + "\"";
    }

    /** The value of a {@code Wherry-Gap} header: topic, reason and position, with what is not ASCII in the topic percent-encoded. */
    static String gapHeader(Envelope gap) {
        return HttpClientRequest.encode(gap.name()) + " " + gap.argumentOrEmpty();
    }
}
