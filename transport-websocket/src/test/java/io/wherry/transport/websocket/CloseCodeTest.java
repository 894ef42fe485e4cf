// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for close codes. */
class CloseCodeTest {

    @ParameterizedTest
    @ValueSource(
            ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    void travels(int code) {
        assertThat(CloseCode.mayTravel(code)).isTrue();
        assertThat(CloseCode.ofBody(body(code, ""))).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 32768, 65535})
    void mustNotTravel(int code) {
        assertThat(CloseCode.mayTravel(code)).isFalse();
        assertThat(CloseCode.ofBody(body(code, ""))).isEqualTo(CloseCode.INVALID);
    }

    @Test
    void readsABody() {
        assertThat(CloseCode.ofBody(Unpooled.EMPTY_BUFFER)).isEqualTo(CloseCode.NO_CODE);
        assertThat(CloseCode.ofBody(Unpooled.wrappedBuffer(new byte[1]))).isEqualTo(CloseCode.INVALID);
        assertThat(CloseCode.reasonOfBody(Unpooled.EMPTY_BUFFER)).isEmpty();
        assertThat(CloseCode.reasonOfBody(body(1000, "tschüß"))).isEqualTo("tschüß");
        assertThat(CloseCode.reasonOfBody(Unpooled.wrappedBuffer(new byte[] {3, (byte) 0xe8, (byte) 0xc3})))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "BAD_REQUEST, 4400",
        "UNAUTHORIZED, 4401",
        "SUPERSEDED, 4409",
        "UNKNOWN_CHANNEL, 4410",
        "CLOSED, 1000",
        "UNAVAILABLE, 4503"
    })
    void tellsAFailure(ErrorCode error, int code) {
        assertThat(CloseCode.of(new WherryException(error, "why"))).isEqualTo(code);
    }

    @Test
    void tellsAnOrderlyEnd() {
        assertThat(CloseCode.of(null)).isEqualTo(CloseCode.GOING_AWAY);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeOfOursMayTravel(ErrorCode error) {
        assertThat(CloseCode.mayTravel(CloseCode.of(new WherryException(error, "why"))))
                .isTrue();
    }

    @Test
    void cutsAReasonAtTheEndOfACharacter() {
        assertThat(CloseCode.fit("short")).isEqualTo("short");
        assertThat(CloseCode.fit("a".repeat(123))).hasSize(123);
        assertThat(CloseCode.fit("a".repeat(124))).hasSize(123);
        assertThat(CloseCode.fit("ü".repeat(100))).isEqualTo("ü".repeat(61));
        assertThat(CloseCode.fit("😀".repeat(100))).isEqualTo("😀".repeat(30));
    }

    @ParameterizedTest
    @CsvSource({
        "4410, UNKNOWN_CHANNEL",
        "1000, CLOSED",
        "1001, UNAVAILABLE",
        "1009, TOO_LARGE",
        "1005, UNAVAILABLE",
        "3333, UNAVAILABLE"
    })
    void aClientHearsTheServersCode(int code, ErrorCode error) {
        WherryException failure = CloseCode.failure(code, "why");

        assertThat(failure.code()).isEqualTo(error);
        assertThat(failure).hasMessageContaining("why").hasMessageContaining(String.valueOf(code));
    }

    private static ByteBuf body(int code, String reason) {
        return Unpooled.buffer().writeShort(code).writeBytes(reason.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void tellsWhenToComeBack() {
        WherryException stopping =
                new WherryException(ErrorCode.UNAVAILABLE, "stopping").withRetryAfter(Duration.ofMillis(1234));

        assertThat(CloseCode.of(stopping)).isEqualTo(4503);
        assertThat(CloseCode.ofPlain(stopping)).isEqualTo(1001);
        assertThat(CloseCode.text(stopping)).isEqualTo("retry-after=1234");
        assertThat(CloseCode.failure(4503, "retry-after=1234").retryAfter()).isEqualTo(Duration.ofMillis(1234));
        assertThat(CloseCode.failure(4503, "retry-after=soon").retryAfter()).isNull();
        assertThat(CloseCode.failure(4503, "retry-after=1234567890123").retryAfter())
                .isNull();
    }
}
