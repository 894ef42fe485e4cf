// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import io.wherry.ErrorCode;
import io.wherry.Format;
import io.wherry.WherryException;
import java.util.EnumMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Turns objects into the bytes of one format and back. Found by {@link ServiceLoader}; thread-safe.
 */
public interface Codec {

    /** The format that this codec writes and reads. */
    Format format();

    /**
     * Writes an object.
     *
     * @return a new array, which the caller keeps
     * @throws WherryException with {@link ErrorCode#INTERNAL} when the object cannot be written
     */
    byte[] encode(Object value);

    /**
     * Reads an object.
     *
     * @param bytes lent for the call, not to be changed
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} when the bytes are no such object
     */
    <T> T decode(byte[] bytes, Class<T> type);

    /**
     * The codec of a format on the class path.
     *
     * @throws WherryException with {@link ErrorCode#INTERNAL} when there is none, naming the artifact to add
     */
    static Codec of(Format format) {
        @Nullable Codec codec = Loaded.CODECS.get(format);
        if (codec == null) {
            throw new WherryException(
                    ErrorCode.INTERNAL,
                    "codec: none for " + format.text()
                            + " (expected: io.wherry:wherry-codec-jackson on the class path)");
        }
        return codec;
    }

    /** The codecs on the class path, loaded at first use. */
    final class Loaded {

        private static final Map<Format, Codec> CODECS = load();

        private Loaded() {}

        private static Map<Format, Codec> load() {
            Map<Format, Codec> codecs = new EnumMap<>(Format.class);
            for (Codec codec : ServiceLoader.load(Codec.class, Codec.class.getClassLoader())) {
                codecs.putIfAbsent(codec.format(), codec);
            }
            return codecs;
        }
    }
}
