// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit.proxy;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.wherry.testkit.proxy.HttpRule.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * A proxy of HTTP/1.1 on the loopback address in front of a server, which harms the requests and responses that a test
 * chooses, and bytes and connections as a {@link TcpProxy} does. Thread-safe.
 *
 * <p>A request is forwarded when it is whole, a response as it comes, piece by piece. What the server answers with 101 becomes
 * a tunnel. A server that cannot be reached is answered for with 502.
 *
 * <pre>{@code
 * try (HttpProxy proxy = HttpProxy.to(server.port())) {
 *     Fault buffered = proxy.when(get("/wherry/sse")).bufferResponse();
 *     Channel channel = client.connect(proxy.front(uri));
 *     …
 *     assertThat(buffered.strikes()).isPositive();
 *     proxy.repair();
 * }
 * }</pre>
 */
public final class HttpProxy extends TcpProxy {

    private static final int MAX_LINE_BYTES = 64 << 10;
    private static final int MAX_REQUEST_BYTES = 64 << 20;

    private final List<HttpRule> rules = new CopyOnWriteArrayList<>();

    private HttpProxy(int targetPort) {
        super(targetPort);
    }

    /** Starts a proxy in front of a port of the loopback address. */
    public static HttpProxy to(int port) {
        HttpProxy proxy = new HttpProxy(port);
        proxy.listen();
        return proxy;
    }

    /** The requests that something will go wrong with. */
    public HttpFaults when(Predicate<? super ProxiedRequest> requests) {
        return new HttpFaults(this, requests, Integer.MAX_VALUE);
    }

    @Override
    public void repair() {
        super.repair();
        rules.forEach(rule -> rule.fault().off());
    }

    Fault add(Predicate<? super ProxiedRequest> requests, Kind kind, long amount, String name, int times) {
        Fault fault = new Fault(name, times, this::changed);
        rules.add(new HttpRule(requests, kind, amount, fault));
        return fault;
    }

    /** What goes wrong with a request, in the order in which it does. */
    List<HttpRule> rules(ProxiedRequest request) {
        return rules.stream()
                .filter(rule -> rule.meets(request))
                .sorted(Comparator.comparing(HttpRule::kind))
                .toList();
    }

    @Override
    void serve(Link link) {
        ChannelPipeline pipeline = link.client().pipeline();
        pipeline.addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_LINE_BYTES, MAX_LINE_BYTES));
        pipeline.addLast(new HttpObjectAggregator(MAX_REQUEST_BYTES));
        pipeline.addLast(new HttpFront(this, link));
        link.client().config().setAutoRead(true);
    }
}
