// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OriginsTest {

    private static HttpHeaders headers(String host, String origin) {
        return new DefaultHttpHeaders().set("Host", host).set("Origin", origin);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, http://localhost:8080, true",
        "localhost:8080, https://LOCALHOST:8080, true",
        "example.com, https://example.com, true",
        "example.com:443, https://example.com, true",
        "example.com, http://example.com:80, true",
        "[::1]:8080, http://[::1]:8080, true",
        "example.com, https://example.com:8443, false",
        "example.com:8443, https://example.com, false",
        "example.com, https://example.com.evil.org, false",
        "example.com, https://evil.org, false",
        "example.com, null, false",
        "example.com, example.com, false",
    })
    void allowsItsOwn(String host, String origin, boolean allowed) {
        assertThat(new Origins(List.of(), true).allows(headers(host, origin))).isEqualTo(allowed);
    }

    @Test
    void allowsWhoComesFromNoPage() {
        assertThat(new Origins(List.of(), true).allows(new DefaultHttpHeaders().set("Host", "x")))
                .isTrue();
    }

    @Test
    void allowsWhoIsListed() {
        Origins origins = new Origins(List.of("https://a.example", "http://b.example:8080"), true);
        assertThat(origins.allows(headers("x", "https://a.example"))).isTrue();
        assertThat(origins.allows(headers("x", "https://a.example:443"))).isTrue();
        assertThat(origins.allows(headers("x", "http://a.example"))).isFalse();
        assertThat(origins.allows(headers("x", "http://b.example:8080"))).isTrue();
        assertThat(origins.allows(headers("x", "http://b.example"))).isFalse();
    }

    @Test
    void allowsAnyButNullOfNobodyInParticular() {
        Origins origins = new Origins(List.of("*"), true);
        assertThat(origins.allows(headers("x", "https://a.example"))).isTrue();
        assertThat(origins.allows(headers("x", "null"))).isTrue();
    }

    @Test
    void cookiesOfPagesThatAreNotNamedSayNothing() {
        Origins origins = new Origins(List.of("*", "https://a.example"), true);
        assertThat(origins.trustsCookies(headers("x", "http://x"))).isTrue();
        assertThat(origins.trustsCookies(headers("x", "https://a.example"))).isTrue();
        assertThat(origins.trustsCookies(headers("x", "https://b.example"))).isFalse();
        assertThat(origins.trustsCookies(new DefaultHttpHeaders().set("Host", "x")))
                .isTrue();
        assertThat(new Origins(List.of("https://a.example"), false).trustsCookies(headers("x", "https://a.example")))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "cross-site, no-cors, true",
        "same-site, no-cors, true",
        "same-origin, no-cors, false",
        "none, navigate, false",
        "cross-site, navigate, false",
    })
    void tellsWhatAnotherSiteLoads(String site, String mode, boolean foreign) {
        HttpHeaders request = new DefaultHttpHeaders()
                .set("Host", "x")
                .set("Sec-Fetch-Site", site)
                .set("Sec-Fetch-Mode", mode);
        assertThat(new Origins(List.of(), true).isForeignLoad(request)).isEqualTo(foreign);
        assertThat(new Origins(List.of("*"), true).isForeignLoad(request)).isFalse();
    }
}
