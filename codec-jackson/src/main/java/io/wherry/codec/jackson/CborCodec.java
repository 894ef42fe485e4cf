// SPDX-License-Identifier: Apache-2.0
package io.wherry.codec.jackson;

import io.wherry.Format;
import io.wherry.spi.Codec;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/** CBOR (RFC 8949). Thread-safe. */
public final class CborCodec implements Codec {

    private final MapperCodec codec = new MapperCodec(
            Format.CBOR,
            CBORMapper.builder(CBORFactory.builder()
                    .streamReadConstraints(MapperCodec.CONSTRAINTS)
                    .build()));

    /** Called by {@link java.util.ServiceLoader}. */
    public CborCodec() {}

    @Override
    public Format format() {
        return Format.CBOR;
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
