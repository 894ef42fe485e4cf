// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Message;
import io.wherry.RequestHandler;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import io.wherry.transport.http.RawClient.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client can pile up that takes no notice of being held back. */
@Timeout(60)
final class InboundBoundTest {

    private static final int BOUND = 64 * 1024;

    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger called = new AtomicInteger();
    private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();
    private final CompletableFuture<Message> answer = new CompletableFuture<>();
    private final Server server = Wherry.server()
            .transports("http")
            .transport(new HttpTransport())
            .set("wherry.host", "127.0.0.1")
            .set("wherry.limits.inbound", Integer.toString(BOUND))
            .set("wherry.limits.asked", "5")
            .set("wherry.http.reply-hold", "200ms")
            .port(0)
            .build()
            .onMessage("slow", (channel, message) -> {
                called.incrementAndGet();
                Await.open(release);
                handled.add(message.text().substring(0, 8));
            })
            .onRequest("later", RequestHandler.async((channel, message) -> {
                called.incrementAndGet();
                return answer;
            }))
            .start();

    @AfterEach
    void close() {
        release.countDown();
        answer.complete(Message.empty());
        server.close();
    }

    private String open() {
        try (RawClient client = new RawClient(server.port())) {
            String welcome =
                    client.get("/wherry/http?protocol=wherry.v1").read().body();
            return welcome.split(" ")[4];
        }
    }

    private Response post(String channel, String batch) {
        try (RawClient client = new RawClient(server.port())) {
            return client.post("/wherry/http?channel=" + channel, batch).read();
        }
    }

    /** A batch of messages of 10,000 bytes, which begin with their numbers. */
    private static String batch(int from, int to) {
        StringBuilder batch = new StringBuilder();
        for (int number = from; number <= to; number++) {
            batch.append("d ").append(number).append(" 10000 text slow\n");
            batch.append(String.format("%08d", number)).append("x".repeat(9992)).append('\n');
        }
        return batch.toString();
    }

    @Test
    void manySocketsPileUpNoMoreThanOne() {
        String channel = open();
        assertThat(post(channel, batch(1, 10)).status()).isEqualTo(204);

        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawClient client = new RawClient(server.port());
            clients.add(client);
            client.post("/wherry/http?channel=" + channel, batch(1, 20 + i));
        }
        for (RawClient client : clients) {
            Response refused = client.read();
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.body()).contains("\"code\":\"too-many\"");
            client.close();
        }
        assertThat(post(channel, "").status()).isEqualTo(204);
        release.countDown();

        for (int number = 1; number <= 10; number++) {
            assertThat(Await.next(handled)).isEqualTo(String.format("%08d", number));
        }
        Response acknowledged = post(channel, "");
        assertThat(acknowledged.body()).isEqualTo("a - 0 - 10\n\n");
        assertThat(post(channel, batch(1, 12)).body()).isEqualTo("a - 0 - 12\n\n");
        assertThat(Await.next(handled)).isEqualTo("00000011");
        assertThat(Await.next(handled)).isEqualTo("00000012");
        assertThat(handled).isEmpty();
    }

    @Test
    void oneBatchIsTakenAsFarAsThereIsRoom() {
        String channel = open();
        StringBuilder batch = new StringBuilder();
        for (int number = 1; number <= 50_000; number++) {
            batch.append("q ").append(number).append(" 0 - later\n\n");
        }

        assertThat(post(channel, batch.toString()).status()).isEqualTo(429);

        int most = 4 * BOUND / 256 + 1;
        awaitCalls(most);
        assertThat(post(channel, batch.toString()).status()).isEqualTo(429);
        assertThat(called).hasValue(most);
    }

    @Test
    void requestsWithoutAnAnswerCount() {
        String channel = open();
        StringBuilder first = new StringBuilder();
        for (int number = 1; number <= 300; number++) {
            first.append("q ").append(number).append(" 0 - later\n\n");
        }

        assertThat(post(channel, first.toString()).status()).isEqualTo(204);
        assertThat(post(channel, "q 301 0 - later\n\n").status()).isEqualTo(429);
        answer.complete(Message.of("done"));

        assertThat(post(channel, "").body()).isEqualTo("a - 0 - 300\n\n");
        assertThat(post(channel, "q 301 0 - later\n\n").body()).isEqualTo("a - 0 - 301\n\n");
        awaitCalls(301);
    }

    /** Waits until the handler was called so often: handlers run after the answer to what calls them. */
    private void awaitCalls(int count) {
        while (called.get() < count) {
            Thread.onSpinWait();
        }
        assertThat(called).hasValue(count);
    }

    @Test
    void answersThatNobodyWaitsForAreNotKept() {
        String channel = open();
        assertThat(post(channel, batch(1, 10)).status()).isEqualTo(204);
        try (RawClient first = new RawClient(server.port())) {
            first.post("/wherry/http?channel=" + channel, "");
            for (int i = 0; i < 20; i++) {
                try (RawClient impatient = new RawClient(server.port())) {
                    impatient.post("/wherry/http?channel=" + channel, "");
                }
            }
            assertThat(first.read().body()).isIn("", "a - 0 - 10\n\n");
        }
    }

    @Test
    void peersWithoutAChannelAreBoundedTogether() {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            RawClient client = new RawClient(server.port());
            clients.add(client);
            client.post("/wherry/http?to=later", "x");
        }
        while (called.get() < 5) {
            Thread.onSpinWait();
        }
        try (RawClient over = new RawClient(server.port())) {
            assertThat(over.post("/wherry/http?to=later", "x").read().status()).isEqualTo(429);
        }
        answer.complete(Message.of("done"));
        for (RawClient client : clients) {
            assertThat(client.read().body()).isEqualTo("done");
            client.close();
        }
        try (RawClient next = new RawClient(server.port())) {
            assertThat(next.post("/wherry/http?to=later", "x").read().body()).isEqualTo("done");
        }
    }
}
