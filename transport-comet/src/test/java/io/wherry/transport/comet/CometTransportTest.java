// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.comet;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.config.KeyTable;
import io.wherry.spi.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class CometTransportTest {

    @Test
    void isFoundByItsName() {
        assertThat(ServiceLoader.load(Transport.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(transport -> transport.name().equals("comet")))
                .hasOnlyElementsOfType(CometTransport.class)
                .hasSize(1);
    }

    /** Where it differs, the message shows the table as it should be. */
    @Test
    void theReferencePageShowsItsKeys() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "configuration.md"));
        String begin = "<!-- keys: comet -->\n";
        int start = page.indexOf(begin) + begin.length();
        int end = page.indexOf("<!-- end -->", start);

        assertThat(page.substring(start, end).strip())
                .isEqualTo(KeyTable.markdown(new CometTransport().keys()).strip());
    }
}
