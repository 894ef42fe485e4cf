// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key and a certificate of a name, signed by itself, as PEM files in a folder of a test's. */
record TestCertificate(Path certificate, Path key, Certificate parsed) {

    private static final char[] PASSWORD = "changeit".toCharArray();

    static TestCertificate make(Path folder, String name) throws IOException, GeneralSecurityException {
        Path store = folder.resolve(name + ".p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        (keytool + " -genkeypair -alias test -dname CN=" + name + " -validity 1 -ext san=dns:" + name
                                        + " -keyalg EC -groupname secp256r1 -storetype PKCS12 -storepass changeit"
                                        + " -keystore " + store)
                                .split(" "))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("keytool: " + Files.readString(folder.resolve("keytool.log")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        Certificate parsed = keys.getCertificate("test");
        return new TestCertificate(
                Files.writeString(folder.resolve(name + ".pem"), pem("CERTIFICATE", parsed.getEncoded())),
                Files.writeString(
                        folder.resolve(name + ".key"),
                        pem("PRIVATE KEY", keys.getKey("test", PASSWORD).getEncoded())),
                parsed);
    }

    private static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    /** What a client that is not ours needs to trust it. */
    SSLContext trusting() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("test", parsed);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
