// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorCodeTest {

    @ParameterizedTest
    @EnumSource
    void theTextFindsTheCode(ErrorCode code) {
        assertThat(code.text()).matches("[a-z]+(-[a-z]+)*");
        assertThat(ErrorCode.ofText(code.text())).isEqualTo(code);
    }

    @ParameterizedTest
    @EnumSource
    void theStatusAndTheCloseCodeFindACodeWithTheSame(ErrorCode code) {
        assertThat(ErrorCode.ofHttpStatus(code.httpStatus()).httpStatus()).isEqualTo(code.httpStatus());
        assertThat(ErrorCode.ofCloseCode(code.closeCode()))
                .satisfies(found -> assertThat(found.closeCode()).isEqualTo(code.closeCode()));
    }

    @Test
    void whatIsUnknownFindsNothing() {
        assertThat(ErrorCode.ofText("")).isNull();
        assertThat(ErrorCode.ofText("BAD_REQUEST")).isNull();
        assertThat(ErrorCode.ofCloseCode(3000)).isNull();
        assertThat(ErrorCode.ofCloseCode(4000)).isNull();
        assertThat(ErrorCode.ofCloseCode(1005)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "404, UNKNOWN_TOPIC",
        "503, UNAVAILABLE",
        "400, BAD_REQUEST",
        "418, BAD_REQUEST",
        "302, BAD_REQUEST",
        "500, INTERNAL",
        "502, UNAVAILABLE",
        "504, UNAVAILABLE"
    })
    void anyStatusFindsACode(int status, ErrorCode code) {
        assertThat(ErrorCode.ofHttpStatus(status)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "1000, CLOSED",
        "1001, UNAVAILABLE",
        "1002, BAD_REQUEST",
        "1006, UNAVAILABLE",
        "1007, BAD_REQUEST",
        "1008, FORBIDDEN",
        "1009, TOO_LARGE",
        "1011, INTERNAL",
        "4401, UNAUTHORIZED",
        "4409, SUPERSEDED",
        "4410, UNKNOWN_CHANNEL",
        "4429, TOO_MANY",
        "4503, UNAVAILABLE"
    })
    void aCloseCodeFindsACode(int closeCode, ErrorCode code) {
        assertThat(ErrorCode.ofCloseCode(closeCode)).isEqualTo(code);
    }

    /** Each code has a row in the protocol's section 5, with its status and its advice. */
    @ParameterizedTest
    @EnumSource
    void theProtocolSaysTheSame(ErrorCode code) throws IOException {
        String row = Files.readAllLines(Path.of("..", "docs", "protocol.md")).stream()
                .filter(line -> line.startsWith("| `") && line.split("\\|")[1].contains("`" + code.text() + "`"))
                .findFirst()
                .orElseThrow();

        if (code != ErrorCode.CLOSED) {
            assertThat(row).contains("| " + code.httpStatus() + " |");
        }
        assertThat(row.split("\\|")[4].strip())
                .startsWith(
                        switch (code.advice()) {
                            case NOW -> "now";
                            case LATER -> "later";
                            case NEVER -> "never";
                        });
        assertThat(row.split("\\|")[3].strip()).isIn("", Integer.toString(code.closeCode()));
    }
}
