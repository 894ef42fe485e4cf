// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import io.wherry.Channel;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import java.io.IOException;
import java.net.URI;

/** A channel over TLS: two files in PEM form on the server, and on the client one with whom it trusts. */
public final class Tls {

    private Tls() {}

    /** Makes a certificate for this machine alone, and asks a server that shows it. */
    public static void main(String... args) throws IOException, InterruptedException {
        try (TemporaryCertificate certificate = TemporaryCertificate.forLocalhost();
                Server server = Wherry.server()
                        .port(0)
                        .set("wherry.host", "localhost")
                        .set("wherry.tls.certificate", certificate.certificate().toString())
                        .set("wherry.tls.key", certificate.key().toString())
                        .build()) {
            server.onRequest("whisper", (channel, secret) -> Message.of("Nobody else heard: " + secret.text()));
            server.start();

            URI uri = URI.create("https://localhost:" + server.port() + "/wherry");
            try (Channel channel = Wherry.client()
                    .set("wherry.tls.trust", certificate.certificate().toString())
                    .connect(uri)) {
                Message reply = channel.request("whisper", Message.of("the tide turns at six"))
                        .toCompletableFuture()
                        .join();
                System.out.println(reply.text());
            }
        }
    }
}
