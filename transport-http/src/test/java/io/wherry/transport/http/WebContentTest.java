// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebContentTest {

    @Test
    void aHeaderIsSetOnceWhateverItsCase() {
        WebContent content = WebContent.html("<p>").withHeader("cache-Control", "max-age=60");

        assertThat(content.headers()).containsOnlyKeys("cache-control").containsValue("max-age=60");
        assertThat(content.withHeader("Cache-Control", "no-store").headers()).containsValue("no-store");
        assertThat(content.headers()).containsValue("max-age=60");
    }

    @ParameterizedTest
    @CsvSource({"Content-Type, text/plain", "ETag, x", "content-length, 1", "a name, x", "a-name, 'x\ny: z'"})
    void whatNoHeaderMayBeIsRefused(String name, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebContent.html("<p>").withHeader(name, value));
    }
}
