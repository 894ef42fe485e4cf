// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Crc32ShiftTest {

    private static int checksum(byte[] bytes, int from, int to) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 8, 255, 256, 65_535, 1 << 20, (1 << 20) + 12_345})
    void joinsTheChecksumsOfTwoParts(int length) {
        byte[] bytes = new byte[1000 + length];
        new Random(length).nextBytes(bytes);
        Crc32Shift shift = new Crc32Shift(length);
        // The first few by multiplication, the others by a table.
        for (int first = 0; first <= 1000; first += 100) {
            int from = 1000 - first;
            assertThat(shift.apply(checksum(bytes, from, 1000)) ^ checksum(bytes, 1000, bytes.length))
                    .isEqualTo(checksum(bytes, from, bytes.length));
        }
    }
}
