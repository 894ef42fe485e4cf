// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import java.math.BigDecimal;
import java.net.URI;

/** Objects travel as JSON: any class that Jackson can write and read, with {@code wherry-codec-jackson} on the class path. */
public final class TypedJson {

    private TypedJson() {}

    record Order(String item, int count) {}

    record Invoice(Order order, BigDecimal total) {}

    /** Sends an order, and gets its invoice. */
    public static void main(String... args) {
        try (Server server =
                Wherry.server().port(0).set("wherry.host", "localhost").build()) {
            server.onRequest("order", (channel, request) -> {
                Order order = request.as(Order.class);
                return Message.json(
                        new Invoice(order, new BigDecimal("2.50").multiply(BigDecimal.valueOf(order.count()))));
            });
            server.start();

            URI uri = URI.create("http://localhost:" + server.port() + "/wherry");
            try (Channel channel = Wherry.connect(uri)) {
                Message reply = channel.request("order", Message.json(new Order("oars", 2)))
                        .toCompletableFuture()
                        .join();
                System.out.println("On the wire: " + reply.text());
                System.out.println("As an object: " + reply.as(Invoice.class));
            }
        }
    }
}
