// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request says of content codings (RFC 9110, section 12.5.3). */
final class AcceptEncoding {

    private static final double NOT_NAMED = -1;

    private AcceptEncoding() {}

    /** Whether an answer had better be in gzip: the request takes it, and does not like it less than an answer as it is. */
    static boolean prefersGzip(HttpHeaders request) {
        double gzip = NOT_NAMED;
        double identity = NOT_NAMED;
        double others = NOT_NAMED;
        List<String> values = request.getAll(HttpHeaderNames.ACCEPT_ENCODING);
        for (String value : values) {
            for (String coding : value.toLowerCase(Locale.ROOT).split(",", -1)) {
                int semicolon = coding.indexOf(';');
                String name = (semicolon < 0 ? coding : coding.substring(0, semicolon)).trim();
                double weight = semicolon < 0 ? 1 : weight(coding.substring(semicolon + 1));
                switch (name) {
                    case "gzip", "x-gzip" -> gzip = Math.max(gzip, weight);
                    case "identity" -> identity = weight;
                    case "*" -> others = weight;
                    default -> {}
                }
            }
        }
        double wanted = gzip == NOT_NAMED ? others : gzip;
        return wanted > 0 && wanted >= identity;
    }

    /** A weight (section 12.4.2); none where it cannot be read. */
    private static double weight(String parameter) {
        String text = parameter.trim();
        if (!text.startsWith("q=")) {
            return 0;
        }
        @Nullable Double weight = number(text.substring(2).trim());
        return weight == null || weight < 0 || weight > 1 ? 0 : weight;
    }

    private static @Nullable Double number(String text) {
        if (text.isEmpty() || text.length() > 5) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) {
                return null;
            }
        }
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
