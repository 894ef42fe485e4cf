// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.ServerBuilder;
import io.wherry.Start;
import io.wherry.TopicOptions;
import io.wherry.Wherry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.Charset;

/** People talk to each other: a topic to which clients may publish. */
public final class Chat {

    private Chat() {}

    /**
     * Publishes each line that is typed, and prints what all publish, until the input ends.
     *
     * @param args a name; and the URL of a chat to join, without which this process hosts one
     */
    public static void main(String... args) throws IOException {
        if (args.length > 1) {
            talk(args[0], URI.create(args[1]));
            return;
        }
        try (Server server = host(Wherry.server())) {
            String url = "http://localhost:" + server.port() + "/wherry";
            System.out.println("Others join with: chat NAME --url " + url);
            talk(args[0], URI.create(url));
        }
    }

    static Server host(ServerBuilder builder) {
        Server server = builder.build();
        server.topic("chat", TopicOptions.defaults().clientPublish(true));
        return server.start();
    }

    static void talk(String name, URI url) throws IOException {
        BufferedReader keyboard = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        try (Channel channel = Wherry.connect(url)) {
            channel.subscribe("chat", Start.last(10), message -> System.out.println(message.text()))
                    .subscribed()
                    .toCompletableFuture()
                    .join();
            for (String line = keyboard.readLine(); line != null; line = keyboard.readLine()) {
                channel.publish("chat", Message.of(name + ": " + line));
            }
        }
    }
}
