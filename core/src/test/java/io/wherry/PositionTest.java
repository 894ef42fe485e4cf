// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PositionTest {

    @ParameterizedTest
    @CsvSource({
        "k3f9x2-1052, k3f9x2, 1052, 0",
        "k3f9x2-1052.2, k3f9x2, 1052, 2",
        "0-0, 0, 0, 0",
        "a-1.1, a, 1, 1",
        "abcdefghij012345-999999999999999999.999999999999999999, abcdefghij012345, 999999999999999999, 999999999999999999"
    })
    void theTextFormMakesTheRoundTrip(String text, String epoch, long sequence, long sub) {
        Position position = new Position(epoch, sequence, sub);

        assertThat(Position.parse(text)).isEqualTo(position);
        assertThat(position).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "-1",
                "a",
                "a-",
                "1052",
                "a-1.",
                "a-.1",
                "a-1.2.3",
                "a-1-2",
                "a--1",
                "a-+1",
                "a-1 ",
                " a-1",
                "A-1",
                "ä-1",
                "a.b-1",
                "abcdefghij0123456-1",
                "a-1000000000000000000",
                "a-1.1000000000000000000",
                "a-٣",
                "a-0x1"
            })
    void whatIsNoPositionIsRefused(String text) {
        WherryException refusal = catchThrowableOfType(WherryException.class, () -> Position.parse(text));

        assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        assertThat(refusal).hasMessage("position: " + text + " (expected: such as k3f9x2-1052 or k3f9x2-1052.2)");
    }

    @Test
    void aLongTextIsNotQuotedInFull() {
        assertThatThrownBy(() -> Position.parse("x".repeat(100_000))).hasMessageContaining("x".repeat(80) + "… (");
    }

    @ParameterizedTest
    @CsvSource({
        "e-2, e-1, true",
        "e-1, e-2, false",
        "e-1, e-1, false",
        "e-1.1, e-1, true",
        "e-1, e-1.1, false",
        "e-1.10, e-1.9, true",
        "e-2, e-1.9, true",
        "e-10, e-9, true",
        "f-2, e-1, false",
        "e-1, f-2, false"
    })
    void positionsOfOneEpochAreOrdered(String position, String other, boolean after) {
        assertThat(Position.parse(position).isAfter(Position.parse(other))).isEqualTo(after);
    }

    @Test
    void epochsAreCompared() {
        assertThat(Position.parse("e-1").isSameEpoch(Position.parse("e-2.3"))).isTrue();
        assertThat(Position.parse("e-1").isSameEpoch(Position.parse("f-1"))).isFalse();
    }

    @Test
    void thePartsAreChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Position("", 0, 0))
                .withMessageStartingWith("epoch: ");
        assertThatIllegalArgumentException().isThrownBy(() -> new Position("E", 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Position("e", -1, 0))
                .withMessageStartingWith("sequence: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Position("e", 0, -1))
                .withMessageStartingWith("sub: -1");
    }
}
