// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.benchmarks.server.Payload;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MarksTest {

    private static byte[] stream(int length) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes("HTTP/1.1 200 OK\r\n\r\n12\r\n# id: a-1 !\ndata: ".getBytes(StandardCharsets.US_ASCII));
        stream.writeBytes(Payload.of(1234567890123L, length));
        stream.writeBytes(new byte[] {'\n', '\n', (byte) 0x81, 126, 0, (byte) length});
        stream.writeBytes(Payload.of(7, length));
        stream.writeBytes(new byte[] {(byte) 0x81, Payload.FIRST});
        stream.writeBytes(Payload.of(8, length));
        return stream.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {21, 25, 40, 200})
    void findsTimesWhereverTheStreamIsCut(int length) {
        byte[] bytes = stream(length);
        for (int cut = 0; cut <= bytes.length; cut++) {
            List<Long> found = new ArrayList<>();
            Marks marks = new Marks(length);
            marks.take(ByteBuffer.wrap(bytes, 0, cut), found::add);
            marks.take(ByteBuffer.wrap(bytes, cut, bytes.length - cut), found::add);

            assertThat(found).as("cut at %d", cut).containsExactly(1234567890123L, 7L, 8L);
            assertThat(marks.count()).isEqualTo(3);
            assertThat(marks.lastDue()).isEqualTo(8);
            assertThat(marks.bytes()).isEqualTo(bytes.length);
        }
    }

    @Test
    void countsPayloadsThatAreTooShortForATime() {
        Marks marks = new Marks(16);
        marks.take(ByteBuffer.wrap(stream(16)), due -> {});

        assertThat(marks.count()).isEqualTo(3);
    }
}
