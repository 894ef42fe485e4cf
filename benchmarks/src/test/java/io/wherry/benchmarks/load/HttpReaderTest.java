// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HttpReaderTest {

    private static final byte[] STREAM = ("HTTP/1.1 200 OK\r\nWherry-Position: a-1\r\ncontent-length: 5\r\n\r\nhello"
                    + "HTTP/1.1 204 No Content\r\nvary: origin\r\n\r\n"
                    + "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    @Test
    void findsAnswersWhereverTheStreamIsCut() {
        for (int cut = 0; cut <= STREAM.length; cut++) {
            List<String> found = new ArrayList<>();
            HttpReader reader = new HttpReader();
            HttpReader.Taker taker = (head, input, begin, end) -> found.add(head.substring(9, 12) + " "
                    + HttpReader.header(head, "Wherry-Position")
                    + " "
                    + new String(input, begin, end - begin, StandardCharsets.US_ASCII));
            reader.take(ByteBuffer.wrap(STREAM, 0, cut), taker);
            reader.take(ByteBuffer.wrap(STREAM, cut, STREAM.length - cut), taker);

            assertThat(found).as("cut at %d", cut).containsExactly("200 a-1 hello", "204  ", "200  ");
        }
    }
}
