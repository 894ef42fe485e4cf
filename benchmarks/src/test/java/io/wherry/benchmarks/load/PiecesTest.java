// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class PiecesTest {

    private static void expect(byte[] stream, Function<Pieces.Taker, Pieces> kind, String... expected) {
        for (int cut = 0; cut <= stream.length; cut++) {
            List<String> found = new ArrayList<>();
            Pieces pieces = kind.apply((content, isCompressed) ->
                    found.add(StandardCharsets.US_ASCII.decode(content) + (isCompressed ? "!" : "")));
            pieces.take(ByteBuffer.wrap(stream, 0, cut));
            pieces.take(ByteBuffer.wrap(stream, cut, stream.length - cut));

            assertThat(found).as("cut at %d", cut).containsExactly(expected);
        }
    }

    @Test
    void findsFramesWhereverTheyAreCut() {
        String longer = "x".repeat(200);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(new byte[] {(byte) 0x81, 2, 'h', 'i', (byte) 0x89, 0, (byte) 0xC1, 126, 0, (byte) 200});
        stream.writeBytes(longer.getBytes(StandardCharsets.US_ASCII));
        stream.writeBytes(new byte[] {(byte) 0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'y'});

        expect(stream.toByteArray(), Pieces::ofWebSocket, "hi", longer + "!", "y");
    }

    @Test
    void findsChunksWhereverTheyAreCut() {
        byte[] stream = "3\r\nabc\r\n0010\r\n0123\r\n6789ABCDEF\r\n".getBytes(StandardCharsets.US_ASCII);

        expect(stream, Pieces::ofChunks, "abc!", "0123\r\n6789ABCDEF!");
    }
}
