// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the bytes of a message are. */
public enum Format {
    /** Text in UTF-8. */
    TEXT("text/plain; charset=utf-8", true),
    /** JSON (RFC 8259) in UTF-8. */
    JSON("application/json", true),
    /** CBOR (RFC 8949). */
    CBOR("application/cbor", false),
    /** Bytes of which nothing is known. */
    BYTES("application/octet-stream", false);

    private final String text = name().toLowerCase(Locale.ROOT);
    private final String mediaType;
    private final boolean isText;

    Format(String mediaType, boolean isText) {
        this.mediaType = mediaType;
        this.isText = isText;
    }

    /** The name as it travels, such as {@code json}. */
    public String text() {
        return text;
    }

    /** The media type (RFC 9110, section 8.3.1). */
    public String mediaType() {
        return mediaType;
    }

    /** Whether the bytes are UTF-8. */
    public boolean isText() {
        return isText;
    }

    /** Finds a format by its text; null when there is none. */
    public static @Nullable Format ofText(String text) {
        for (Format format : values()) {
            if (format.text.equals(text)) {
                return format;
            }
        }
        return null;
    }

    /**
     * The format that a content type stands for: {@code text/*} and forms are text, the media types of JSON and CBOR
     * (and {@code +json}, {@code +cbor}) are those, and all else, null too, is bytes.
     */
    public static Format ofMediaType(@Nullable String contentType) {
        if (contentType == null) {
            return BYTES;
        }
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
        if (type.equals("application/json") || type.endsWith("+json")) {
            return JSON;
        }
        if (type.equals("application/cbor") || type.endsWith("+cbor")) {
            return CBOR;
        }
        return type.startsWith("text/") || type.equals("application/x-www-form-urlencoded") ? TEXT : BYTES;
    }
}
