// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.wherry.Limits;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.spi.ClientContext;
import io.wherry.spi.Loop;
import io.wherry.spi.Loops;
import io.wherry.testkit.Await;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A pool on a loop of its own. */
final class TestClient implements AutoCloseable {

    private final Config config;
    private final Loops loops = Loops.start(1, "http-test-client");
    private final HttpClientPool pool;
    private final ClientContext context;

    TestClient(String... keysAndValues) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        config = TestServer.config(values);
        pool = new HttpClientPool(config);
        context = new ClientContext(config, Limits.of(config), loops);
    }

    ClientContext context() {
        return context;
    }

    HttpClientPool pool() {
        return pool;
    }

    Loop loop() {
        return loops.all().get(0);
    }

    static HttpClientRequest get(URI uri) {
        return new HttpClientRequest(
                HttpMethod.GET, uri, new DefaultHttpHeaders(), Unpooled.EMPTY_BUFFER, Duration.ofSeconds(10));
    }

    static HttpClientRequest post(URI uri, String body) {
        return new HttpClientRequest(
                HttpMethod.POST,
                uri,
                new DefaultHttpHeaders(),
                Unpooled.copiedBuffer(body, StandardCharsets.UTF_8),
                Duration.ofSeconds(10));
    }

    /** What came of a request: a response as text with its status, or a failure. */
    static final class Outcome implements HttpResponseListener {

        private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();
        private volatile @Nullable HttpCall call;

        @Override
        public void answered(HttpClientResponse response) {
            queue.add(response.status() + " " + response.body().toString(StandardCharsets.UTF_8));
        }

        @Override
        public void failed(WherryException cause) {
            queue.add(cause);
        }

        String text() {
            Object next = Await.next(queue);
            if (next instanceof WherryException e) {
                throw new AssertionError("failed: " + e, e);
            }
            return (String) next;
        }

        HttpCall call() {
            return Objects.requireNonNull(call, "call");
        }

        WherryException failure() {
            Object next = Await.next(queue);
            if (next instanceof WherryException e) {
                return e;
            }
            throw new AssertionError("answered: " + next);
        }

        boolean isEmpty() {
            return queue.isEmpty();
        }
    }

    Outcome request(HttpClientRequest request) {
        Outcome outcome = new Outcome();
        loop().execute(() -> outcome.call = pool.request(context, loop(), request, outcome));
        return outcome;
    }

    /** What came of a stream: heads, pieces, {@code ended}, or failures. */
    static final class Events implements HttpStreamListener {

        private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();
        private volatile @Nullable HttpCall call;

        BlockingQueue<Object> queue() {
            return queue;
        }

        HttpCall call() {
            return Objects.requireNonNull(call, "call");
        }

        @Override
        public void head(int status, HttpHeaders headers) {
            queue.add("head " + status);
        }

        @Override
        public void bytes(ByteBuf content) {
            queue.add(content.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void ended() {
            queue.add("ended");
        }

        @Override
        public void failed(WherryException cause) {
            queue.add(cause);
        }
    }

    Events stream(HttpClientRequest request) {
        Events events = new Events();
        loop().execute(() -> events.call = pool.stream(context, loop(), request, events));
        return events;
    }

    /** Does something on the loop, and waits for it. */
    void act(Runnable action) {
        java.util.concurrent.CompletableFuture<Void> done = new java.util.concurrent.CompletableFuture<>();
        loop().execute(() -> {
            try {
                action.run();
                done.complete(null);
            } catch (RuntimeException | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        Await.value(done);
    }

    @Override
    public void close() {
        Await.value(pool.close());
        Await.value(loops.close());
    }
}
