// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.WherryException;
import io.wherry.testkit.Await;
import io.wherry.testkit.TestCertificate;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The port and the clients with TLS. */
final class TlsTest {

    @TempDir
    private static Path folder;

    @TempDir
    private static Path otherFolder;

    private static TestCertificate localhost;
    private static TestCertificate other;

    @BeforeAll
    static void makeCertificates() {
        localhost = TestCertificate.in(folder);
        other = TestCertificate.in(otherFolder, "other.example");
    }

    private static Server serve(TestCertificate certificate) {
        Server server = Wherry.server()
                .transports("http")
                .set("wherry.host", "127.0.0.1")
                .port(0)
                .set(HttpKeys.TLS_CERTIFICATE, certificate.certificate().toString())
                .set(HttpKeys.TLS_KEY, certificate.key().toString())
                .build();
        server.onRequest("echo", (channel, request) -> request);
        return server.start();
    }

    private static Client client(String... keysAndValues) {
        var builder = Wherry.client().transports("http").set("wherry.http.poll-interval", "50ms");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            builder.set(keysAndValues[i], keysAndValues[i + 1]);
        }
        return builder.build();
    }

    private static URI uri(Server server) {
        return URI.create("https://localhost:" + server.port() + "/wherry");
    }

    @Test
    void answersAClientThatIsNotOurs() throws Exception {
        try (Server server = serve(localhost)) {
            HttpClient foreign =
                    HttpClient.newBuilder().sslContext(trusting(localhost)).build();
            var response = foreign.send(
                    HttpRequest.newBuilder(URI.create(uri(server) + "/http?to=echo"))
                            .POST(HttpRequest.BodyPublishers.ofString("hello"))
                            .header("Content-Type", "text/plain")
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.body()).isEqualTo("hello");
        }
    }

    /** What a client that is not ours needs to trust a certificate. */
    private static SSLContext trusting(TestCertificate certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate.certificate())) {
            trusted.setCertificateEntry(
                    "test", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    @Test
    void carriesAChannelForAClientThatTrustsTheServer() {
        try (Server server = serve(localhost);
                Client client =
                        client("wherry.tls.trust", localhost.certificate().toString())) {
            Channel channel = client.connect(uri(server));
            String large = "x".repeat(500_000);
            assertThat(Await.value(channel.request("echo", Message.of(large))).text())
                    .isEqualTo(large);
        }
    }

    @Test
    void isRefusedByAClientThatDoesNotTrustTheServer() {
        try (Server server = serve(localhost);
                Client client = client("wherry.tls.trust", other.certificate().toString())) {
            assertNotConnected(client, server);
        }
    }

    @Test
    void isRefusedByAClientThatTrustsTheCertificateOfAnotherName() {
        try (Server server = serve(other);
                Client client = client("wherry.tls.trust", other.certificate().toString())) {
            assertNotConnected(client, server);
        }
    }

    private static void assertNotConnected(Client client, Server server) {
        Channel channel = client.connect(uri(server));
        CompletableFuture<Message> reply = channel.request("echo", Message.of("x"), java.time.Duration.ofMillis(700))
                .toCompletableFuture();
        assertThat(Await.failure(reply).code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(server.channels()).isEmpty();
    }

    @Test
    void isTakenByAClientThatTakesAnything() {
        try (Server server = serve(other);
                Client client = client("wherry.tls.insecure", "true")) {
            assertThat(Await.value(client.connect(uri(server)).request("echo", Message.of("x")))
                            .text())
                    .isEqualTo("x");
        }
    }

    @Test
    void endsAPeerThatSpeaksNoTls() {
        try (Server server = serve(localhost);
                RawClient raw = new RawClient(server.port())) {
            raw.get("/wherry/http?topic=x");
            assertThat(raw.readToEnd()).doesNotContain("HTTP");
        }
    }

    @Test
    void saysWhichFileIsWrong() {
        var builder = Wherry.server().transports("http").port(0).set(HttpKeys.TLS_CERTIFICATE, "/nowhere.pem");
        assertThatThrownBy(() -> builder.build().start())
                .isInstanceOf(WherryException.class)
                .hasMessageContaining("wherry.tls.certificate: /nowhere.pem");
        var swapped = Wherry.server()
                .transports("http")
                .port(0)
                .set(HttpKeys.TLS_CERTIFICATE, localhost.key().toString())
                .set(HttpKeys.TLS_KEY, localhost.certificate().toString());
        assertThatThrownBy(() -> swapped.build().start())
                .isInstanceOf(WherryException.class)
                .hasMessageContaining("wherry.tls.key: " + localhost.certificate());
    }
}
