// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StartTest {

    @ParameterizedTest
    @CsvSource({"now, NOW", "after k3f9-7.2, AFTER", "last 20, LAST", "last 2147483647, LAST"})
    void theFormThatTravelsMakesTheRoundTrip(String text, Start.Mode mode) {
        Start start = Start.parse(text);

        assertThat(start.mode()).isEqualTo(mode);
        assertThat(start).hasToString(text);
    }

    @Test
    void theFactoriesMakeWhatIsParsed() {
        assertThat(Start.parse("now")).isEqualTo(Start.now());
        assertThat(Start.parse("after e-1")).isEqualTo(Start.after(Position.parse("e-1")));
        assertThat(Start.parse("last 3")).isEqualTo(Start.last(3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "NOW",
                "now ",
                "after",
                "after ",
                "after e",
                "after  e-1",
                "last",
                "last ",
                "last 0",
                "last -1",
                "last x",
                "last 2147483648",
                "last +1",
                "last ٣",
                "first 3"
            })
    void whatIsNoStartIsRefused(String text) {
        WherryException refusal = catchThrowableOfType(WherryException.class, () -> Start.parse(text));

        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        assertThat(refusal).hasMessageContaining("(expected: ");
    }

    @Test
    void modeAndValuesMustFit() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Start(Start.Mode.AFTER, null, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Start(Start.Mode.NOW, Position.parse("e-1"), 0))
                .withMessageStartingWith("position: e-1");
    }
}
