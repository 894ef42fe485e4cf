// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {

    @ParameterizedTest
    @CsvSource({
        "'gzip', true",
        "'gzip, deflate, br, zstd', true",
        "'GZip', true",
        "'x-gzip', true",
        "'br,gzip;q=0.1', true",
        "'gzip ; q=1.000', true",
        "'*', true",
        "'*;q=0.5', true",
        "'gzip;q=0.5, identity;q=0.5', true",
        "'gzip, *;q=0', true",
        "'', false",
        "'br', false",
        "'identity', false",
        "'gzip;q=0', false",
        "'gzip;q=0.000', false",
        "'*, gzip;q=0', false",
        "'gzip;q=0.4, identity;q=0.5', false",
        "'gzip;q=', false",
        "'gzip;q=1e0', false",
        "'gzip;q=0x1p3', false",
        "'gzip;q=2', false",
        "'gzip;q=1..', false",
        "'gzip;level=9', false",
        "'gzipped', false",
    })
    void goesByTheWeights(String value, boolean prefers) {
        HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.ACCEPT_ENCODING, value);
        assertThat(AcceptEncoding.prefersGzip(headers)).isEqualTo(prefers);
    }

    @Test
    void doesNotTakeSilenceForAWish() {
        assertThat(AcceptEncoding.prefersGzip(new DefaultHttpHeaders())).isFalse();
    }

    @Test
    void takesSeveralFieldsForOne() {
        HttpHeaders headers = new DefaultHttpHeaders()
                .add(HttpHeaderNames.ACCEPT_ENCODING, "br")
                .add(HttpHeaderNames.ACCEPT_ENCODING, "gzip");
        assertThat(AcceptEncoding.prefersGzip(headers)).isTrue();
    }
}
