// SPDX-License-Identifier: Apache-2.0
/** JSON and CBOR codecs on Jackson 3. */
module io.wherry.codec.jackson {
    requires transitive io.wherry.core;
    requires tools.jackson.databind;
    requires tools.jackson.dataformat.cbor;
    requires static transitive org.jspecify;

    provides io.wherry.spi.Codec with
            io.wherry.codec.jackson.JsonCodec,
            io.wherry.codec.jackson.CborCodec;
}
