// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Start;
import io.wherry.Topic;
import io.wherry.Wherry;
import java.net.URI;
import java.util.concurrent.CountDownLatch;

/** A late joiner gets what came before: the topic keeps its last messages, and a subscription may start with some of them. */
public final class History {

    private History() {}

    /** Publishes five messages before anybody listens, and one after. */
    public static void main(String... args) throws InterruptedException {
        CountDownLatch heard = new CountDownLatch(4);
        try (Server server =
                Wherry.server().port(0).set("wherry.host", "localhost").build()) {
            Topic news = server.topic("news");
            for (int hour = 1; hour <= 5; hour++) {
                news.publish(Message.of("The news of " + hour + " o'clock"));
            }
            server.start();

            URI uri = URI.create("http://localhost:" + server.port() + "/wherry");
            try (Channel channel = Wherry.connect(uri)) {
                channel.subscribe("news", Start.last(3), message -> {
                            System.out.println(message.text());
                            heard.countDown();
                        })
                        .subscribed()
                        .toCompletableFuture()
                        .join();
                news.publish(Message.of("The news of 6 o'clock"));
                heard.await();
            }
        }
    }
}
