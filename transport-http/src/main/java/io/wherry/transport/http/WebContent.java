// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Something that does not change and is served beside the transports, such as a web page. Immutable.
 *
 * @see HttpTransport#withContent
 */
public final class WebContent {

    private final String mediaType;
    private final byte[] bytes;
    private final String etag;
    private final Map<String, String> headers;

    private WebContent(String mediaType, byte[] bytes) {
        this(
                Objects.requireNonNull(mediaType, "mediaType"),
                bytes,
                "\"" + Long.toHexString(hash(bytes)) + "\"",
                Map.of("cache-control", "no-cache"));
    }

    private WebContent(String mediaType, byte[] bytes, String etag, Map<String, String> headers) {
        this.mediaType = mediaType;
        this.bytes = bytes;
        this.etag = etag;
        this.headers = headers;
    }

    /** Bytes, which are copied, of a media type such as {@code text/html; charset=utf-8}. */
    public static WebContent of(String mediaType, byte[] bytes) {
        return new WebContent(mediaType, bytes.clone());
    }

    /** A page in HTML. */
    public static WebContent html(String page) {
        return new WebContent("text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A resource on the class path.
     *
     * @param beside a class in the package of the resource, or in its module
     * @param name as for {@link Class#getResourceAsStream}
     * @throws WherryException with {@link ErrorCode#INTERNAL} when it is not there or cannot be read
     */
    public static WebContent resource(String mediaType, Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new WherryException(
                        ErrorCode.INTERNAL, "resource: " + name + " (expected: one beside " + beside.getName() + ")");
            }
            return new WebContent(mediaType, in.readAllBytes());
        } catch (IOException e) {
            throw new WherryException(ErrorCode.INTERNAL, "resource: " + name + ": " + e, e);
        }
    }

    /** A resource of the class path, if it is there. */
    static Optional<WebContent> find(String mediaType, ClassLoader loader, String name) {
        try (InputStream in = loader.getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(new WebContent(mediaType, in.readAllBytes()));
        } catch (IOException e) {
            throw new WherryException(ErrorCode.INTERNAL, "resource: " + name + ": " + e, e);
        }
    }

    /**
     * The same with one more header in its answers, such as {@code Content-Security-Policy}, or with another value of one. Without
     * {@code Cache-Control} a browser asks each time whether it has changed.
     *
     * @param name the header's name, in letters of any case
     * @throws IllegalArgumentException for a name or value that no header may have, and for the headers that say what the content is
     */
    public WebContent withHeader(String name, String value) {
        String key = name.toLowerCase(Locale.ROOT);
        if (key.equals("content-type") || key.equals("content-length") || key.equals("etag")) {
            throw new IllegalArgumentException(
                    "name: " + name + " (expected: another, which the content does not tell)");
        }
        new DefaultHttpHeaders().set(key, value); // Throws.
        Map<String, String> more = new TreeMap<>(headers);
        more.put(key, value);
        return new WebContent(mediaType, bytes, etag, Map.copyOf(more));
    }

    Map<String, String> headers() {
        return headers;
    }

    String mediaType() {
        return mediaType;
    }

    byte[] bytes() {
        return bytes;
    }

    String etag() {
        return etag;
    }

    /** FNV-1a (64 bit), and the length. */
    private static long hash(byte[] bytes) {
        long hash = 0xcbf29ce484222325L ^ bytes.length;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash;
    }

    @Override
    public String toString() {
        return "WebContent[" + mediaType + ", " + bytes.length + " bytes]";
    }
}
