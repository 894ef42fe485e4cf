// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.config.Config;
import io.wherry.config.ConfigKey;
import java.io.File;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS by configuration. */
final class Tls {

    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

    private Tls() {}

    /** What a server needs, null when it is not configured. */
    static @Nullable SslContext server(Config config) {
        String certificate = config.get(HttpKeys.TLS_CERTIFICATE);
        String key = config.get(HttpKeys.TLS_KEY);
        if (certificate.isEmpty() && key.isEmpty()) {
            return null;
        }
        File certificateFile = file(HttpKeys.TLS_CERTIFICATE, certificate);
        File keyFile = file(HttpKeys.TLS_KEY, key);
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(certificateFile, keyFile);
            if (config.get(HttpKeys.HTTP2)) {
                builder.applicationProtocolConfig(offering(HttpVersions.BEST));
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw bad(
                    HttpKeys.TLS_CERTIFICATE + ": " + certificate + ", " + HttpKeys.TLS_KEY + ": " + key
                            + " (expected: a certificate chain and its key in PEM): " + e.getMessage(),
                    e);
        }
    }

    /**
     * What a client needs.
     *
     * @param versions what it offers by ALPN
     */
    static SslContext client(Config config, HttpVersions versions) {
        SslContextBuilder builder = SslContextBuilder.forClient().applicationProtocolConfig(offering(versions));
        String trust = config.get(HttpKeys.TLS_TRUST);
        if (config.get(HttpKeys.TLS_INSECURE)) {
            LOG.warn(
                    "{}: true: any certificate is taken, so that anybody on the way can read and change everything",
                    HttpKeys.TLS_INSECURE);
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
        } else if (!trust.isEmpty()) {
            trust(builder, file(HttpKeys.TLS_TRUST, trust));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw bad("TLS: " + e.getMessage(), e);
        }
    }

    private static ApplicationProtocolConfig offering(HttpVersions versions) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                versions.protocols());
    }

    private static void trust(SslContextBuilder builder, File file) {
        try {
            builder.trustManager(file);
        } catch (IllegalArgumentException e) {
            throw bad(HttpKeys.TLS_TRUST + ": " + file + " (expected: certificates in PEM): " + e.getMessage(), e);
        }
    }

    private static File file(ConfigKey<String> key, String path) {
        File file = new File(path);
        if (!file.isFile() || !file.canRead()) {
            throw bad(key + ": " + path + " (expected: a file in PEM that can be read)", null);
        }
        return file;
    }

    private static WherryException bad(String message, @Nullable Throwable cause) {
        return new WherryException(ErrorCode.BAD_REQUEST, message, cause);
    }
}
