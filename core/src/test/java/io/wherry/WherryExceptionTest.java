// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WherryExceptionTest {

    @Test
    void codeAndMessageAreShown() {
        WherryException e = new WherryException(ErrorCode.UNKNOWN_TOPIC, "topic: tine");

        assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_TOPIC);
        assertThat(e).hasMessage("topic: tine").hasToString("WherryException[unknown-topic]: topic: tine");
    }

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "größe, größe",
        "'', ''",
        "'a\nb\r\tc', a?b??c",
        "a\u0000b\u007Fc\u0085d, a?b?c?d",
        "a\uD83D\uDE00b, a??b",
        "a\u2028b\u2029c, a?b?c",
        "a\u202Eb\u200Bc\uFEFFd, a?b?c?d"
    })
    void whatCouldForgeALineIsReplaced(String value, String quoted) {
        assertThat(WherryException.quote(value)).isEqualTo(quoted);
    }

    @Test
    void whatIsLongIsCut() {
        assertThat(WherryException.quote("x".repeat(80))).isEqualTo("x".repeat(80));
        assertThat(WherryException.quote("x".repeat(81))).isEqualTo("x".repeat(80) + "…");
        assertThat(WherryException.quote("x".repeat(79) + "\uD83D\uDE00")).isEqualTo("x".repeat(79) + "?…");
    }

    @Test
    void theExceptionIsFoundBehindFutures() {
        WherryException e = new WherryException(ErrorCode.TIMEOUT, "late");

        assertThat(WherryException.from(e)).isSameAs(e);
        assertThat(WherryException.from(new CompletionException(new ExecutionException(e))))
                .isSameAs(e);
    }

    @Test
    void anyOtherFailureIsInternal() {
        IllegalStateException cause = new IllegalStateException("broken");

        WherryException e = WherryException.from(new CompletionException(cause));

        assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(e)
                .hasMessage("failed: java.lang.IllegalStateException: broken")
                .hasCause(cause);
        assertThat(WherryException.from(new CompletionException("alone", null)).code())
                .isEqualTo(ErrorCode.INTERNAL);
    }
}
