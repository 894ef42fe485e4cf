// SPDX-License-Identifier: Apache-2.0
package io.wherry.codec.jackson;

import io.wherry.Format;
import io.wherry.spi.Codec;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/** JSON (RFC 8259) in UTF-8. Thread-safe. */
public final class JsonCodec implements Codec {

    private final MapperCodec codec = new MapperCodec(
            Format.JSON,
            JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(MapperCodec.CONSTRAINTS)
                    .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
                    .build()));

    /** Called by {@link java.util.ServiceLoader}. */
    public JsonCodec() {}

    @Override
    public Format format() {
        return Format.JSON;
    }

    @Override
    public byte[] encode(Object value) {
        return codec.encode(value);
    }

    @Override
    public <T> T decode(byte[] bytes, Class<T> type) {
        return codec.decode(bytes, type);
    }
}
