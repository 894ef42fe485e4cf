// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.longpoll;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.wherry.Channel;
import io.wherry.Start;
import io.wherry.testkit.Await;
import io.wherry.testkit.Fixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client half, against a server that is not ours. */
class LongPollClientTest {

    private static final String WELCOME = "w e-5 31 text id new\nheartbeat=1000\nlost-after=4000\n";

    private final BlockingQueue<HttpExchange> polls = new LinkedBlockingQueue<>();
    /** Begun before the fixture, which looks for threads that are left. */
    private final HttpServer server;

    private final Fixture fixture;

    LongPollClientTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/wherry/longpoll", polls::add);
        server.createContext("/wherry/http", exchange -> answer(exchange, "a - 0 - 1\n\n"));
        server.start();
        fixture = new Fixture(new LongPollTransport(), any -> URI.create("http://unused"), Map.of());
    }

    @AfterEach
    void close() {
        fixture.close();
        server.stop(0);
    }

    private static void answer(HttpExchange exchange, String batch) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = batch.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(bytes.length == 0 ? 204 : 200, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Channel connect() {
        return fixture.client()
                .connect(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/wherry"));
    }

    private static String query(HttpExchange poll) {
        return poll.getRequestURI().getRawQuery();
    }

    @Test
    void pollsForWhatComesAfterWhatHasCome() throws IOException {
        Channel channel = connect();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        channel.subscribe("t", Start.now(), message -> heard.add(message.text()));

        HttpExchange opening = Await.next(polls);
        assertThat(query(opening)).isEqualTo("protocol=wherry.v1&connection=1");
        answer(opening, WELCOME + "\n");
        HttpExchange second = Await.next(polls);
        assertThat(query(second)).isEqualTo("channel=id&connection=1&after=e-5");
        answer(second, "r e-5.1 3 text 1\ne-5\nm e-6 3 text t\none\nm e-7 3 text t\ntwo\n");
        assertThat(Await.next(heard)).isEqualTo("one");
        assertThat(Await.next(heard)).isEqualTo("two");
        assertThat(query(Await.next(polls))).isEqualTo("channel=id&connection=1&after=e-7");
    }

    @Test
    void doesNotHasteAgainstAServerThatDoesNotHold() throws IOException {
        connect();
        answer(Await.next(polls), WELCOME + "\n");
        long start = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            answer(Await.next(polls), "");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(550));
    }
}
