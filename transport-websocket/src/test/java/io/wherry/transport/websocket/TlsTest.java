// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.Channel;
import io.wherry.Client;
import io.wherry.ErrorCode;
import io.wherry.Message;
import io.wherry.Server;
import io.wherry.Wherry;
import io.wherry.testkit.Await;
import io.wherry.testkit.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both halves over TLS. */
class TlsTest {

    @TempDir
    static Path folder;

    private static TestCertificate certificate;

    private Server server;
    private @Nullable Client client;

    @BeforeAll
    static void makeCertificate() {
        certificate = TestCertificate.in(folder);
    }

    @BeforeEach
    void start() {
        server = Wherry.server()
                .transports("websocket")
                .set("wherry.host", "127.0.0.1")
                .set("wherry.port", "0")
                .set("wherry.tls.certificate", certificate.certificate().toString())
                .set("wherry.tls.key", certificate.key().toString())
                .build();
        server.onRequest("echo", (channel, message) -> message);
        server.start();
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        server.close();
    }

    private Channel connect(String scheme, String... settings) {
        var builder = Wherry.client().transports("websocket");
        for (int i = 0; i < settings.length; i += 2) {
            builder.set(settings[i], settings[i + 1]);
        }
        client = builder.build();
        return client.connect(URI.create(scheme + "://127.0.0.1:" + server.port() + "/wherry"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https", "wss"})
    void connectsWithTheServersCertificateTrusted(String scheme) {
        Channel channel =
                connect(scheme, "wherry.tls.trust", certificate.certificate().toString());

        String large = "x".repeat(500_000);
        assertThat(Await.value(channel.request("echo", Message.of(large))).text())
                .isEqualTo(large);
    }

    @Test
    void connectsToAnybodyWhereToldSo() {
        Channel channel = connect("https", "wherry.tls.insecure", "true");

        assertThat(Await.value(channel.request("echo", Message.of("hello"))).text())
                .isEqualTo("hello");
    }

    @Test
    void doesNotConnectToAServerThatIsNotTrusted() {
        Channel channel = connect("https", "wherry.request-timeout", "300ms");

        assertThat(Await.failure(channel.request("echo", Message.of("secret"))).code())
                .isEqualTo(ErrorCode.TIMEOUT);
        assertThat(server.channels()).isEmpty();
    }

    @Test
    void servesTheJavaRuntimesClient() throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newBuilder()
                .sslContext(trusting(certificate.certificate()))
                .build()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("wss://127.0.0.1:" + server.port() + "/wherry/websocket?to=echo"),
                        new WebSocket.Listener() {
                            @Override
                            public @Nullable CompletionStage<?> onText(
                                    WebSocket webSocket, CharSequence data, boolean last) {
                                events.add(data.toString());
                                webSocket.request(1);
                                return null;
                            }

                            @Override
                            public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
                                events.add("close " + code);
                                return null;
                            }
                        })
                .join();

        socket.sendText("grüße", true).join();
        assertThat(Await.next(events)).isEqualTo("grüße");
        assertThat(socket.sendBinary(ByteBuffer.allocate(2_000_000), true)).isNotNull();
        assertThat(Await.next(events)).isEqualTo("close 1009");
    }

    private static SSLContext trusting(Path pem) throws GeneralSecurityException, java.io.IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(pem)) {
            store.setCertificateEntry(
                    "test", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
