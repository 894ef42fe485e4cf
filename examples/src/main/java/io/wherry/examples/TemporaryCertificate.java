// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate for {@code localhost}, signed by itself, and its key, as PEM files that last as long as this object. Made
 * by the JDK's own {@code keytool}; for examples and tests only.
 */
final class TemporaryCertificate implements AutoCloseable {

    private static final String ALIAS = "localhost";
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path folder;

    private TemporaryCertificate(Path folder) {
        this.folder = folder;
    }

    /** Makes a key and its certificate, valid for a day. */
    static TemporaryCertificate forLocalhost() throws IOException, InterruptedException {
        TemporaryCertificate made = new TemporaryCertificate(Files.createTempDirectory("wherry-tls"));
        try {
            made.generate();
            made.convert();
            return made;
        } catch (IOException | InterruptedException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /** The PEM file of the certificate. */
    Path certificate() {
        return folder.resolve("certificate.pem");
    }

    /** The PEM file of the private key. */
    Path key() {
        return folder.resolve("key.pem");
    }

    private Path keyStore() {
        return folder.resolve("keystore.p12");
    }

    private void generate() throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = List.of(
                keytool,
                "-genkeypair",
                "-alias",
                ALIAS,
                "-dname",
                "CN=localhost",
                "-validity",
                "1",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1,ip:::1",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-storetype",
                "PKCS12",
                "-keystore",
                keyStore().toString(),
                "-storepass",
                new String(PASSWORD));
        File log = folder.resolve("keytool.log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool: " + Files.readString(log.toPath()));
        }
    }

    private void convert() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(keyStore().toFile(), PASSWORD);
            Key key = store.getKey(ALIAS, PASSWORD);
            Files.writeString(key(), pem("PRIVATE KEY", key.getEncoded()));
            Files.writeString(
                    certificate(),
                    pem("CERTIFICATE", store.getCertificate(ALIAS).getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IOException("key store: " + keyStore() + ": " + e, e);
        }
    }

    /** The text form of something encoded (RFC 7468). */
    private static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    /** Deletes the files. */
    @Override
    public void close() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
