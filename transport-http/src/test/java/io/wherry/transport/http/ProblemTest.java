// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ProblemTest {

    @Test
    void isWrittenAsTheProtocolSays() {
        assertThat(Problem.write(404, ErrorCode.UNKNOWN_TOPIC, "topic: \"tine\" (expected: time)")
                        .toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Unknown topic\",\"status\":404,"
                        + "\"code\":\"unknown-topic\",\"detail\":\"topic: \\\"tine\\\" (expected: time)\"}");
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void isReadAsItWasWritten(ErrorCode code) {
        String detail = "größer, \"quoted\" \\ \n\t\u0001";
        WherryException read = Problem.read(
                code.httpStatus(), EmptyHttpHeaders.INSTANCE, Problem.write(code.httpStatus(), code, detail));
        assertThat(read.code()).isEqualTo(code);
        assertThat(read).hasMessage(detail);
    }

    @ParameterizedTest
    @CsvSource({"404, UNKNOWN_TOPIC", "410, UNKNOWN_CHANNEL", "502, UNAVAILABLE", "418, BAD_REQUEST", "302, BAD_REQUEST"
    })
    void isReadFromTheStatusWhereTheBodyIsSomebodyElses(int status, ErrorCode code) {
        WherryException read = Problem.read(
                status,
                EmptyHttpHeaders.INSTANCE,
                Unpooled.copiedBuffer("<h1>Bad gateway</h1>", StandardCharsets.UTF_8));
        assertThat(read.code()).isEqualTo(code);
        assertThat(read).hasMessageContaining(String.valueOf(status));
    }

    @ParameterizedTest
    @CsvSource({"503, 7, 7", "429, 1, 1", "503, 0, 0", "503, soon, ", "503, -1, ", "503, 12345678, ", "404, 7, "})
    void tellsWhenToComeBackWhereThatHelps(int status, String header, @Nullable Integer seconds) {
        HttpHeaders headers = new DefaultHttpHeaders().set("Retry-After", header);

        WherryException read = Problem.read(status, headers, Unpooled.EMPTY_BUFFER);

        assertThat(read.retryAfter()).isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
    }

    @Test
    void roundsATimeUpToSeconds() {
        assertThat(Problem.seconds(Duration.ofMillis(1), Duration.ofSeconds(9))).isEqualTo("1");
        assertThat(Problem.seconds(Duration.ofMillis(2001), Duration.ofSeconds(9)))
                .isEqualTo("3");
        assertThat(Problem.seconds(null, Duration.ofSeconds(9))).isEqualTo("9");
    }
}
