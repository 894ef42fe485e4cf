// SPDX-License-Identifier: Apache-2.0
package io.wherry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class FormatTest {

    @ParameterizedTest
    @EnumSource
    void theTextAndTheMediaTypeFindTheFormat(Format format) {
        assertThat(Format.ofText(format.text())).isEqualTo(format);
        assertThat(Format.ofMediaType(format.mediaType())).isEqualTo(format);
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, TEXT",
        "TEXT/Plain;charset=utf-8, TEXT",
        "application/x-www-form-urlencoded, TEXT",
        "application/json; charset=utf-8, JSON",
        "application/problem+json, JSON",
        "application/senml+cbor, CBOR",
        "image/png, BYTES",
        "'', BYTES",
        ";, BYTES"
    })
    void anyMediaTypeFindsAFormat(String contentType, Format format) {
        assertThat(Format.ofMediaType(contentType)).isEqualTo(format);
    }

    @Test
    void whatIsUnknownFindsNothing() {
        assertThat(Format.ofText("TEXT")).isNull();
        assertThat(Format.ofText("-")).isNull();
        assertThat(Format.ofMediaType(null)).isEqualTo(Format.BYTES);
    }
}
