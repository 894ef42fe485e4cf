// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import io.netty.buffer.ByteBuf;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What follows each payload, and the framings with it, which are made once. Immutable.
 */
public final class Delimiter {

    /** A line feed. */
    public static final Delimiter LF = new Delimiter("\n");

    static final Delimiter COMMA = new Delimiter(",");

    private static final int MAX_LENGTH = 64;
    private static final int MAX_KNOWN = 64;
    private static final ConcurrentHashMap<String, Delimiter> KNOWN = new ConcurrentHashMap<>();

    private final String text;
    private final byte[] bytes;
    private final BatchFraming batch = new BatchFraming(this);
    private final RawFraming raw = new RawFraming(this, true);
    private final RawFraming rawWithoutGaps = new RawFraming(this, false);
    private final JsonFraming json = new JsonFraming(this);
    private final ChunkedFraming chunkedBatch = new ChunkedFraming(batch);
    private final ChunkedFraming chunkedRaw = new ChunkedFraming(raw);
    private final ChunkedFraming chunkedJson = new ChunkedFraming(json);

    private Delimiter(String text) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A delimiter that a peer wants: the same instance for the same text, as far as there are not too many.
     *
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} when it is empty or too long
     */
    public static Delimiter of(String text) {
        if (text.equals(LF.text)) {
            return LF;
        }
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            throw new WherryException(
                    ErrorCode.BAD_REQUEST,
                    "delimiter: " + WherryException.quote(text) + " (expected: 1 to " + MAX_LENGTH + " characters)");
        }
        @Nullable Delimiter known = KNOWN.get(text);
        if (known != null) {
            return known;
        }
        if (KNOWN.size() >= MAX_KNOWN) {
            return new Delimiter(text);
        }
        return KNOWN.computeIfAbsent(text, Delimiter::new);
    }

    /** Appends it. */
    public void writeTo(ByteBuf out) {
        out.writeBytes(bytes);
    }

    /** Its bytes, in UTF-8. */
    public byte[] bytes() {
        return bytes.clone();
    }

    BatchFraming batch() {
        return batch;
    }

    RawFraming raw() {
        return raw;
    }

    RawFraming rawWithoutGaps() {
        return rawWithoutGaps;
    }

    JsonFraming json() {
        return json;
    }

    /** {@link BatchFraming} in chunks. */
    public ChunkedFraming chunkedBatch() {
        return chunkedBatch;
    }

    /** {@link RawFraming} in chunks. */
    public ChunkedFraming chunkedRaw() {
        return chunkedRaw;
    }

    /** {@link JsonFraming} in chunks. */
    public ChunkedFraming chunkedJson() {
        return chunkedJson;
    }

    @Override
    public String toString() {
        return text;
    }
}
