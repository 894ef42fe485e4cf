// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The server speaks to one client of several: each channel is a way to one client alone. */
public final class DirectMessage {

    private DirectMessage() {}

    /** Lets two clients say who they are, and sends something to each of them alone. */
    public static void main(String... args) throws InterruptedException {
        Map<String, Channel> guests = new ConcurrentHashMap<>();
        CountDownLatch arrived = new CountDownLatch(2);
        CountDownLatch read = new CountDownLatch(2);
        try (Server server =
                Wherry.server().port(0).set("wherry.host", "localhost").build()) {
            server.onMessage("i-am", (channel, name) -> {
                guests.put(name.text(), channel);
                arrived.countDown();
            });
            server.start();

            URI uri = URI.create("http://localhost:" + server.port() + "/wherry");
            try (Channel ann = Wherry.connect(uri);
                    Channel bob = Wherry.connect(uri)) {
                ann.onMessage("letter", (channel, letter) -> {
                    System.out.println("Ann reads: " + letter.text());
                    read.countDown();
                });
                bob.onMessage("letter", (channel, letter) -> {
                    System.out.println("Bob reads: " + letter.text());
                    read.countDown();
                });
                ann.send("i-am", Message.of("Ann"));
                bob.send("i-am", Message.of("Bob"));
                arrived.await();
                guests.forEach((name, channel) -> channel.send("letter", Message.of("Only for " + name)));
                read.await();
            }
        }
    }
}
