// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.wherry.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** An answer that goes on, and what its listener was told. */
record Begun(HttpExchange exchange, HttpStream stream, BlockingQueue<Object> told) {

    /** Begins to answer the next request that comes. */
    static Begun next(BlockingQueue<HttpExchange> asked) {
        HttpExchange exchange = Await.next(asked);
        BlockingQueue<HttpStream> streams = new ArrayBlockingQueue<>(1);
        BlockingQueue<Object> told = new LinkedBlockingQueue<>();
        exchange.run(() -> {
            HttpStream stream = exchange.stream(HttpResponseStatus.OK, HttpExchange.newHeaders("text/plain"));
            stream.listen(new HttpStream.Listener() {
                @Override
                public void writable() {
                    told.add("writable");
                }

                @Override
                public void closed(@Nullable Throwable cause) {
                    told.add(Optional.ofNullable(cause));
                }
            });
            streams.add(stream);
        });
        return new Begun(exchange, Await.next(streams), told);
    }

    void act(Runnable action) {
        exchange.run(action);
    }

    /** Writes, and tells whether there is room for more. */
    boolean write(String text) {
        CompletableFuture<Boolean> writable = new CompletableFuture<>();
        act(() -> {
            stream.writeContent(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
            stream.flush();
            writable.complete(stream.isWritable());
        });
        return Await.value(writable);
    }

    void end() {
        act(stream::end);
    }
}
