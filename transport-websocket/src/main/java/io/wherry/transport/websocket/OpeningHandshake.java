// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import io.wherry.transport.http.ReadingRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's opening handshake that was found good (RFC 6455, section 4.2; RFC 8441, section 5). Immutable.
 *
 * @param key the client's {@code Sec-WebSocket-Key}, null on a stream of HTTP/2, which has none
 * @param isChannel whether the sub-protocol {@code wherry.v1} is offered
 * @param extensions the values of {@code Sec-WebSocket-Extensions}
 */
record OpeningHandshake(@Nullable String key, boolean isChannel, List<String> extensions) {

    static final String VERSION = "13";
    /** What Extended CONNECT asks for. */
    static final String PROTOCOL = "websocket";

    static final int KEY_LENGTH = 16;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /**
     * Checks a request of HTTP/2, which must be an Extended CONNECT.
     *
     * @throws WherryException with {@link ErrorCode#UPGRADE_REQUIRED} or {@link ErrorCode#METHOD_NOT_ALLOWED}
     */
    static OpeningHandshake checkStream(HttpMethod method, @Nullable String protocol, HttpHeaders headers) {
        if (protocol == null) {
            throw new WherryException(
                    ErrorCode.METHOD_NOT_ALLOWED,
                    "method: " + WherryException.quote(method.name()) + " (expected: CONNECT, with the protocol "
                            + PROTOCOL + ")");
        }
        checkVersion(headers);
        return of(null, headers);
    }

    /**
     * Checks a request of HTTP/1.1, which must be an upgrade.
     *
     * @throws WherryException with {@link ErrorCode#UPGRADE_REQUIRED}, {@link ErrorCode#METHOD_NOT_ALLOWED} or {@link
     *     ErrorCode#BAD_REQUEST}
     */
    static OpeningHandshake check(HttpMethod method, HttpVersion version, HttpHeaders headers) {
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            throw new WherryException(ErrorCode.UPGRADE_REQUIRED, "Upgrade: none (expected: websocket)");
        }
        if (!method.equals(HttpMethod.GET)) {
            throw new WherryException(
                    ErrorCode.METHOD_NOT_ALLOWED,
                    "method: " + WherryException.quote(method.name()) + " (expected: GET)");
        }
        if (version.compareTo(HttpVersion.HTTP_1_1) < 0) {
            throw bad("version: " + version + " (expected: HTTP/1.1)");
        }
        if (!headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
            throw bad("Connection: " + quote(headers.get(HttpHeaderNames.CONNECTION)) + " (expected: Upgrade)");
        }
        checkVersion(headers);
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || !headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").trim().equals("0")) {
            throw bad("body: some (expected: none with an upgrade)");
        }
        return of(key(headers), headers);
    }

    private static OpeningHandshake of(@Nullable String key, HttpHeaders headers) {
        return new OpeningHandshake(
                key, offersChannel(headers), headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS));
    }

    private static void checkVersion(HttpHeaders headers) {
        @Nullable String wanted = headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
        if (wanted == null || !wanted.trim().equals(VERSION)) {
            throw new WherryException(
                    ErrorCode.UPGRADE_REQUIRED,
                    "Sec-WebSocket-Version: " + quote(wanted) + " (expected: " + VERSION + ")");
        }
    }

    private static String key(HttpHeaders headers) {
        List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        String key = keys.size() == 1 ? keys.get(0).trim() : "";
        if (!isKey(key)) {
            throw bad("Sec-WebSocket-Key: " + quote(String.join(", ", keys)) + " (expected: 16 bytes in base64, once)");
        }
        return key;
    }

    private static boolean isKey(String key) {
        try {
            return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_LENGTH;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean offersChannel(HttpHeaders headers) {
        return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .anyMatch(name -> name.trim().equals(ReadingRequest.PROTOCOL));
    }

    /**
     * Writes the answer that accepts.
     *
     * @param compression the answer's extension, null for none
     */
    void accept(HttpHeaders headers, @Nullable String compression) {
        if (key != null) {
            headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, acceptFor(key));
        }
        if (isChannel) {
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, ReadingRequest.PROTOCOL);
        }
        if (compression != null) {
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, compression);
        }
    }

    /** The {@code Sec-WebSocket-Accept} that answers a key. */
    static String acceptFor(String key) {
        try {
            // What the RFC asks for; nothing is kept secret by it.
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(sha1.digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("Every Java runtime has SHA-1", e);
        }
    }

    private static String quote(@Nullable String value) {
        return value == null || value.isEmpty() ? "none" : WherryException.quote(value);
    }

    private static WherryException bad(String message) {
        return new WherryException(ErrorCode.BAD_REQUEST, message);
    }
}
