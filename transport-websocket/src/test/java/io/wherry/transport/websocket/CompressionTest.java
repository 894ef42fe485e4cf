// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bargaining about permessage-deflate (RFC 7692, section 7.1). */
class CompressionTest {

    private static final String ANSWER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits=10",
                "permessage-deflate;client_max_window_bits=\"8\"",
                "permessage-deflate; server_no_context_takeover",
                "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
                "x-other; a=1, permessage-deflate",
                "permessage-deflate; server_max_window_bits=10, permessage-deflate",
            })
    void acceptsWhatItCanDo(String offer) {
        assertThat(Compression.answer(List.of(offer))).isEqualTo(ANSWER);
    }

    @Test
    void tellsTheWindowThatWasAskedFor() {
        assertThat(Compression.answer(List.of("permessage-deflate; server_max_window_bits=15")))
                .isEqualTo(ANSWER + "; server_max_window_bits=15");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "x-webkit-deflate-frame",
                "permessage-bzip2",
                "permessage-deflate; server_max_window_bits=14",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=015",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=16",
                "permessage-deflate; client_no_context_takeover=1",
                "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
                "permessage-deflate; unknown",
                "permessage-deflate;",
            })
    void declinesWhatItCannotDo(String offer) {
        assertThat(Compression.answer(List.of(offer))).isNull();
    }

    @Test
    void looksThroughAllHeaders() {
        assertThat(Compression.answer(List.of("permessage-deflate; server_max_window_bits=9", "permessage-deflate")))
                .isEqualTo(ANSWER);
        assertThat(Compression.answer(List.of())).isNull();
    }

    @Test
    void aClientTakesOurAnswerOnly() {
        assertThat(Compression.accepts(ANSWER)).isTrue();
        assertThat(Compression.accepts(ANSWER + "; server_max_window_bits=15")).isTrue();
        assertThat(Compression.accepts("permessage-deflate")).isFalse();
        assertThat(Compression.accepts("permessage-deflate; server_no_context_takeover; server_max_window_bits=10"))
                .isFalse();
        assertThat(Compression.accepts("x-other; server_no_context_takeover")).isFalse();
    }
}
