// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class PingsTest {

    private static final byte TEXT = (byte) 0x81;
    private static final byte PING = (byte) 0x89;

    @Test
    void areFoundWhereverTheStreamIsCut() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(new byte[] {PING, 0, TEXT, 1, PING, TEXT, 126, 0, (byte) 200});
        stream.writeBytes(filled(200));
        stream.writeBytes(new byte[] {PING, 2, PING, PING, TEXT, 127, 0, 0, 0, 0, 0, 1, 0, 0});
        stream.writeBytes(filled(65536));
        stream.writeBytes(new byte[] {TEXT, 0, PING, 0});
        byte[] bytes = stream.toByteArray();
        for (int cut = 0; cut <= 300; cut++) {
            Pings pings = new Pings();
            int count = pings.count(ByteBuffer.wrap(bytes, 0, cut));
            count += pings.count(ByteBuffer.wrap(bytes, cut, bytes.length - cut));

            assertThat(count).as("cut at %d", cut).isEqualTo(3);
        }
    }

    private static byte[] filled(int length) {
        byte[] payload = new byte[length];
        java.util.Arrays.fill(payload, PING);
        return payload;
    }
}
