// SPDX-License-Identifier: Apache-2.0
package io.wherry.spi;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Short ASCII texts that were read before, so that a name that comes again is not made again. Confined to one thread. */
final class TextCache {

    private static final int SLOTS = 256;
    private static final int MAX_LENGTH = 64;

    private final @Nullable String[] slots = new @Nullable String[SLOTS];

    /** The text of the bytes from {@code start} up to {@code end}, which are UTF-8. */
    String get(byte[] bytes, int start, int end) {
        int length = end - start;
        int hash = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] < 0 || length > MAX_LENGTH) {
                return new String(bytes, start, length, StandardCharsets.UTF_8);
            }
            hash = 31 * hash + bytes[i]; // what String makes of the same letters
        }
        int slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
        @Nullable String known = slots[slot];
        if (known != null && known.hashCode() == hash && isEqual(known, bytes, start, length)) {
            return known;
        }
        String text = new String(bytes, start, length, StandardCharsets.US_ASCII);
        slots[slot] = text;
        return text;
    }

    private static boolean isEqual(String text, byte[] bytes, int start, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != bytes[start + i]) {
                return false;
            }
        }
        return true;
    }
}
