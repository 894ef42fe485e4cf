// SPDX-License-Identifier: Apache-2.0
package io.wherry.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.benchmarks.server.Payload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EnvelopesTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void readsRepliesOfABatch() {
        byte[] batch = bytes("a - 0 - 2\n\nr k3-7.1 30 text 1\n" + Payload.text(5, 30) + "\nr k3-7.2 21 text 2\n"
                + Payload.text(6, 21) + "\n");
        List<String> replies = new ArrayList<>();

        int at = 0;
        while (at < batch.length) {
            at = Envelopes.take(batch, at, batch.length, (position, due) -> replies.add(position + " " + due)) + 1;
        }

        assertThat(replies).containsExactly("k3-7.1 5", "k3-7.2 6");
    }

    @Test
    void refusesErrors() {
        byte[] error = bytes("e k3-7.1 0 - 1 timeout\n");

        assertThatThrownBy(() -> Envelopes.take(error, 0, error.length, (position, due) -> {}))
                .hasMessageContaining("timeout");
    }

    @Test
    void findsTheFirstMessage() {
        byte[] batch = bytes("m k3-9 25 text t0\n" + Payload.text(77, 25) + "\n");

        assertThat(Envelopes.id(batch, 0)).isEqualTo("k3-9");
        assertThat(Envelopes.due(batch, Envelopes.payload(batch, 0, batch.length)))
                .isEqualTo(77);
    }

    @Test
    void writesRequestsAndAcknowledgements() {
        assertThat(Envelopes.request(3, bytes("hi"))).asString().isEqualTo("q 3 2 text echo\nhi");
        assertThat(Envelopes.acknowledgement("k3-9.1")).asString().isEqualTo("a - 0 - k3-9.1\n");
    }
}
