// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;

/**
 * Something that does not change and is served beside the transports, such as a web page. Immutable.
 *
 * @see HttpTransport#withContent
 */
public final class WebContent {

    private final String mediaType;
    private final byte[] bytes;
    private final String etag;

    private WebContent(String mediaType, byte[] bytes) {
        this.mediaType = Objects.requireNonNull(mediaType, "mediaType");
        this.bytes = bytes;
        this.etag = "\"" + Long.toHexString(hash(bytes)) + "\"";
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
