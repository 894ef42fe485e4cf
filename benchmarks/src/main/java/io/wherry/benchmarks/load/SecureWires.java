// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import io.wherry.testkit.TestCertificate;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Connections in TLS, of the Java runtime, to servers that show one certificate. They share buffers: used by one thread at a time. */
final class SecureWires implements Wire.Opener {

    /** Of the network; what a record holds is less than the record. */
    private static final int BUFFER_BYTES = 128 * 1024;

    private static final int RECORD_BYTES = 32 * 1024;
    private static final byte[] NONE = {};

    private final SSLContext context;
    private final ByteBuffer network = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer record = ByteBuffer.allocateDirect(RECORD_BYTES);

    /** Trusts a certificate. */
    private SecureWires(Path certificate) throws IOException {
        try (InputStream in = Files.newInputStream(certificate)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
        } catch (GeneralSecurityException e) {
            throw new IOException("certificate: " + certificate, e);
        }
    }

    /** Those for the certificate of this process. */
    static SecureWires make() throws IOException {
        return new SecureWires(certificate().certificate());
    }

    /** What servers show: made when it is asked for first, for as long as this process lives. */
    static TestCertificate certificate() {
        return Holder.CERTIFICATE;
    }

    /** Makes the certificate. */
    private static final class Holder {

        static final TestCertificate CERTIFICATE = make();

        private static TestCertificate make() {
            try {
                Path folder = Files.createTempDirectory("wherry-benchmarks");
                TestCertificate made = TestCertificate.in(folder);
                folder.toFile().deleteOnExit(); // The last to be named is the first to go.
                try (var files = Files.list(folder)) {
                    files.forEach(file -> file.toFile().deleteOnExit());
                }
                return made;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public Wire open(SocketChannel socket) throws IOException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        SecureWire wire = new SecureWire(socket, engine);
        wire.begin();
        return wire;
    }

    /** One of them. */
    private final class SecureWire implements Wire {

        private final SocketChannel socket;
        private final SSLEngine engine;
        /** The beginning of a record. */
        private byte[] rest = NONE;

        SecureWire(SocketChannel socket, SSLEngine engine) {
            this.socket = socket;
            this.engine = engine;
        }

        /** Shakes hands, while the socket blocks. */
        void begin() throws IOException {
            ByteBuffer nothing = ByteBuffer.allocate(RECORD_BYTES);
            network.clear().flip();
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_WRAP -> write(ByteBuffer.wrap(NONE), true);
                    case NEED_TASK -> engine.getDelegatedTask().run();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (engine.unwrap(network, nothing).getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                            network.compact();
                            if (socket.read(network) < 0) {
                                throw new EOFException("the server has ended a handshake of TLS");
                            }
                            network.flip();
                        }
                    }
                    default -> {
                        keepRest();
                        return;
                    }
                }
            }
        }

        private void keepRest() {
            rest = network.hasRemaining() ? new byte[network.remaining()] : NONE;
            network.get(rest);
        }

        @Override
        public int read(ByteBuffer in) throws IOException {
            network.clear().put(rest);
            int count = socket.read(network);
            network.flip();
            while (network.hasRemaining()) {
                SSLEngineResult result = engine.unwrap(network, in);
                if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    break;
                }
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    return -1;
                }
                if (result.getStatus() != SSLEngineResult.Status.OK) {
                    throw new SSLException("TLS: " + result);
                }
                while (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                    engine.getDelegatedTask().run();
                }
            }
            keepRest();
            return count;
        }

        @Override
        public void write(ByteBuffer out) throws IOException {
            write(out, out.hasRemaining());
        }

        private void write(ByteBuffer out, boolean isSomething) throws IOException {
            boolean goesOn = isSomething;
            while (goesOn) {
                engine.wrap(out, record.clear());
                record.flip();
                while (record.hasRemaining()) {
                    socket.write(record);
                }
                goesOn = out.hasRemaining();
            }
        }
    }
}
