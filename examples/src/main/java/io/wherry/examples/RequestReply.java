// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Channel;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.WherryException;
import java.net.URI;

/** A client asks, the server answers; what the server's handler throws is an answer too. */
public final class RequestReply {

    private RequestReply() {}

    /** Asks twice: for something that there is, and for something that there is not. */
    public static void main(String... args) {
        try (Server server =
                Wherry.server().port(0).set("wherry.host", "localhost").build()) {
            server.onRequest("capital", (channel, country) -> {
                if (country.text().equals("Norway")) {
                    return Message.of("Oslo");
                }
                throw new WherryException(ErrorCode.BAD_REQUEST, "country: " + country.text() + " (expected: Norway)");
            });
            server.start();

            URI uri = URI.create("http://localhost:" + server.port() + "/wherry");
            try (Channel channel = Wherry.connect(uri)) {
                Message reply = channel.request("capital", Message.of("Norway"))
                        .toCompletableFuture()
                        .join();
                System.out.println("The capital of Norway is " + reply.text());

                channel.request("capital", Message.of("Atlantis"))
                        .exceptionally(failure ->
                                Message.of(WherryException.from(failure).toString()))
                        .thenAccept(answer -> System.out.println(answer.text()))
                        .toCompletableFuture()
                        .join();
            }
        }
    }
}
