// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.sse;

import io.wherry.Server;
import io.wherry.spi.Transport;
import io.wherry.testkit.LostPeerContract;
import io.wherry.testkit.PartialContract;
import io.wherry.testkit.ResumeContract;
import io.wherry.testkit.TestCertificate;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** What the contract says of a network that breaks and of lost peers, over HTTP/2 that is agreed on with TLS. */
class Http2SseContractTest extends PartialContract implements ResumeContract, LostPeerContract {

    @TempDir
    private static Path folder;

    private static @Nullable TestCertificate certificate;

    @BeforeAll
    static void makeCertificate() {
        certificate = TestCertificate.in(folder);
    }

    @Override
    protected Transport transport() {
        return new SseTransport();
    }

    @Override
    protected URI uri(Server server) {
        return URI.create("https://localhost:" + server.port() + "/wherry");
    }

    @Override
    protected Map<String, String> settings() {
        TestCertificate localhost = Objects.requireNonNull(certificate);
        return Map.of(
                "wherry.http.version", "2",
                "wherry.tls.certificate", localhost.certificate().toString(),
                "wherry.tls.key", localhost.key().toString(),
                "wherry.tls.trust", localhost.certificate().toString());
    }
}
