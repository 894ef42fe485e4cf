// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;

/** A port with a few routes, spoken to over sockets by clients that are not ours. */
abstract class HttpPortFixture {

    final BlockingQueue<HttpExchange> parked = new ArrayBlockingQueue<>(10);
    final CountDownLatch gone = new CountDownLatch(1);
    TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    TestServer start(String... keysAndValues) {
        server.close();
        server = new TestServer(keysAndValues)
                .route("echo", HttpPortFixture::echo)
                .route("park", exchange -> {
                    exchange.onGone(gone::countDown);
                    parked.add(exchange);
                })
                .route("bug", exchange -> {
                    throw new IllegalStateException("a secret of the server");
                })
                .route("refuse", exchange -> {
                    throw new WherryException(ErrorCode.UNKNOWN_TOPIC, "topic: \"tine\" (expected: time)");
                });
        return server.bind();
    }

    /** Answers with the method, the query and the body. */
    static void echo(HttpExchange exchange) {
        String text = exchange.method() + " "
                + new java.util.TreeMap<>(exchange.handshake().get().query()) + " "
                + exchange.body().toString(StandardCharsets.UTF_8);
        answer(exchange, text);
    }

    static void answer(HttpExchange exchange, String text) {
        exchange.respond(
                HttpResponseStatus.OK,
                HttpExchange.newHeaders("text/plain"),
                Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    void answerParked(String text) {
        HttpExchange exchange = Await.next(parked);
        exchange.run(() -> answer(exchange, text));
    }
}
