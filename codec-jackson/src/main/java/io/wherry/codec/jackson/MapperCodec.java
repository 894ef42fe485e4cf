// SPDX-License-Identifier: Apache-2.0
package io.wherry.codec.jackson;

import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.WherryException;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * What the codecs share: a mapper with our settings, and failures in our words. Thread-safe.
 *
 * <p>Times are ISO-8601 text. Properties that a type does not have are ignored. Jackson modules on the class path are used.
 */
final class MapperCodec {

    /** What a payload may do to us; its length is bounded already, by {@code wherry.limits.message}. */
    static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(200)
            .maxNumberLength(1000)
            .maxNameLength(8192)
            .maxStringLength(100_000_000)
            .build();

    private final Format format;
    private final ObjectMapper mapper;

    MapperCodec(Format format, MapperBuilder<?, ?> builder) {
        this.format = format;
        this.mapper = builder.findAndAddModules(MapperCodec.class.getClassLoader())
                .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    byte[] encode(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new WherryException(
                    ErrorCode.INTERNAL,
                    "message: " + value.getClass().getTypeName() + " (expected: an object that can be written as "
                            + name() + "): " + e.getOriginalMessage(),
                    e);
        }
    }

    <T> T decode(byte[] bytes, Class<T> type) {
        @Nullable T value;
        try {
            value = mapper.readValue(bytes, type);
        } catch (InvalidDefinitionException e) {
            // The type is at fault, not the peer, and the message tells of nothing but the type.
            throw new WherryException(
                    ErrorCode.INTERNAL,
                    "type: " + type.getTypeName() + " (expected: a type that can be read from " + name() + "): "
                            + e.getOriginalMessage(),
                    e);
        } catch (JacksonException e) {
            throw bad(reason(e), type, e);
        }
        if (value == null) {
            throw bad("null", type, null);
        }
        return value;
    }

    private WherryException bad(String reason, Class<?> type, @Nullable Exception cause) {
        return new WherryException(
                ErrorCode.BAD_REQUEST,
                "message: " + reason + " (expected: " + name() + " of type " + type.getTypeName() + ")",
                cause);
    }

    private String name() {
        return format.text().toUpperCase(Locale.ROOT);
    }

    /** Why the bytes were refused. Jackson's own messages quote the payload, which may be secret. */
    private static String reason(JacksonException e) {
        String what = "does not fit";
        if (e instanceof UnexpectedEndOfInputException) {
            what = "ends early";
        } else if (e instanceof InputCoercionException coercion && coercion.getTargetType() != null) {
            what = "no " + coercion.getTargetType().getTypeName();
        } else if (e instanceof StreamReadException) {
            what = "malformed";
        } else if (e instanceof StreamConstraintsException) {
            what = "too deep or too long";
        } else if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            what = "no " + mismatch.getTargetType().getTypeName();
        }
        return what + path(e) + location(e.getLocation());
    }

    /** Where in the object; the keys of maps belong to the payload. */
    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference reference : e.getPath()) {
            if (reference.getIndex() >= 0) {
                path.append('[').append(reference.getIndex()).append(']');
            } else if (reference.from() instanceof Map || reference.getPropertyName() == null) {
                path.append("[?]");
            } else {
                path.append(path.length() == 0 ? "" : ".").append(reference.getPropertyName());
            }
        }
        return path.length() == 0 ? "" : " in " + WherryException.quote(path.toString());
    }

    private static String location(@Nullable TokenStreamLocation location) {
        if (location == null) {
            return "";
        }
        if (location.getLineNr() > 0) {
            return " at line " + location.getLineNr() + ", column " + location.getColumnNr();
        }
        return location.getByteOffset() < 0 ? "" : " at byte " + location.getByteOffset();
    }
}
