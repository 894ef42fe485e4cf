// SPDX-License-Identifier: Apache-2.0
package io.wherry.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate for {@code localhost} and {@code 127.0.0.1}, signed by itself, and its key, as PEM files in a folder of the
 * test's. Made by the JDK's {@code keytool}; valid for a day.
 *
 * @param certificate the PEM file of the certificate
 * @param key the PEM file of the key
 */
public record TestCertificate(Path certificate, Path key) {

    private static final String PASSWORD = "changeit";

    /** Makes a certificate in a folder that exists. */
    public static TestCertificate in(Path folder) {
        return in(folder, "localhost");
    }

    /** Makes a certificate for another host's name, in a folder that exists; no file there may be in the way. */
    public static TestCertificate in(Path folder, String host) {
        try {
            Path store = folder.resolve("keystore.p12");
            keytool(folder, store, host);
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            Key key = keys.getKey("test", PASSWORD.toCharArray());
            return new TestCertificate(
                    write(
                            folder.resolve("certificate.pem"),
                            "CERTIFICATE",
                            keys.getCertificate("test").getEncoded()),
                    write(folder.resolve("key.pem"), "PRIVATE KEY", key.getEncoded()));
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError("no certificate: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static void keytool(Path folder, Path store, String host) throws IOException, InterruptedException {
        Path log = folder.resolve("keytool.log");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-alias", "test", "-dname", "CN=" + host, "-validity", "1"));
        command.addAll(List.of("-ext", "san=dns:" + host + (host.equals("localhost") ? ",ip:127.0.0.1" : "")));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", store.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool: " + Files.readString(log));
        }
    }

    /** Writes the text form of something encoded (RFC 7468). */
    private static Path write(Path file, String label, byte[] der) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }
}
