// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's checks of an opening handshake. */
class OpeningHandshakeTest {

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    private final HttpHeaders headers = new DefaultHttpHeaders()
            .set(HttpHeaderNames.UPGRADE, "websocket")
            .set(HttpHeaderNames.CONNECTION, "Upgrade")
            .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, KEY)
            .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");

    @Test
    void answersTheExampleOfTheRfc() {
        HttpHeaders answer = new DefaultHttpHeaders();

        check().accept(answer, null);

        assertThat(answer.entries())
                .extracting(Object::toString)
                .containsExactlyInAnyOrder(
                        "upgrade=websocket", "connection=upgrade", "sec-websocket-accept=s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade", "upgrade", "keep-alive, Upgrade", "keep-alive,UPGRADE"})
    void takesAConnectionHeaderThatHoldsUpgrade(String value) {
        headers.set(HttpHeaderNames.CONNECTION, value);

        assertThat(check().key()).isEqualTo(KEY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wherry.v1 | true",
                "chat, wherry.v1 | true",
                "wherry.v1 ,chat | true",
                "chat | false",
                "wherry.v10 | false",
                "WHERRY.V1 | false",
            })
    void findsTheSubProtocol(String offered, boolean isChannel) {
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, offered);
        HttpHeaders answer = new DefaultHttpHeaders();

        check().accept(answer, null);

        assertThat(answer.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL))
                .isEqualTo(isChannel ? List.of("wherry.v1") : List.of());
    }

    @Test
    void findsTheSubProtocolInASecondHeader() {
        headers.add(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "chat")
                .add(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "wherry.v1");

        assertThat(check().isChannel()).isTrue();
    }

    @Test
    void isAPlainReaderWithoutASubProtocol() {
        assertThat(check().isChannel()).isFalse();
    }

    @Test
    void tellsTheExtension() {
        HttpHeaders answer = new DefaultHttpHeaders();

        check().accept(answer, "permessage-deflate");

        assertThat(answer.get(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)).isEqualTo("permessage-deflate");
    }

    @Test
    void asksForAnUpgrade() {
        headers.remove(HttpHeaderNames.UPGRADE);

        assertRefused(ErrorCode.UPGRADE_REQUIRED, "Upgrade: none (expected: websocket)");
    }

    @Test
    void passesOverAnotherUpgrade() {
        headers.set(HttpHeaderNames.UPGRADE, "h2c");

        assertRefused(ErrorCode.UPGRADE_REQUIRED, "expected: websocket");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "12", "14", "0", "", "013", "13, 8"})
    void asksForTheRightVersion(String version) {
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, version);

        assertRefused(ErrorCode.UPGRADE_REQUIRED, "Sec-WebSocket-Version");
    }

    @Test
    void asksForAVersion() {
        headers.remove(HttpHeaderNames.SEC_WEBSOCKET_VERSION);

        assertRefused(ErrorCode.UPGRADE_REQUIRED, "Sec-WebSocket-Version: none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "dGhlIHNhbXBsZSBub25jZQ",
                "dGhlIHNhbXBsZSBub25j",
                "dGhlIHNhbXBsZSBub25jZSEh",
                "dGhlIHNhbXBsZSBub25jZ!==",
                "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ=="
            })
    void refusesAKeyThatIsNotSixteenBytes(String key) {
        headers.set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key);

        assertRefused(ErrorCode.BAD_REQUEST, "Sec-WebSocket-Key");
    }

    @Test
    void refusesTwoKeys() {
        headers.add(HttpHeaderNames.SEC_WEBSOCKET_KEY, KEY);

        assertRefused(ErrorCode.BAD_REQUEST, "Sec-WebSocket-Key");
    }

    @Test
    void refusesAMissingKey() {
        headers.remove(HttpHeaderNames.SEC_WEBSOCKET_KEY);

        assertRefused(ErrorCode.BAD_REQUEST, "Sec-WebSocket-Key: none");
    }

    @Test
    void refusesAConnectionHeaderWithoutUpgrade() {
        headers.set(HttpHeaderNames.CONNECTION, "keep-alive");

        assertRefused(ErrorCode.BAD_REQUEST, "Connection: keep-alive (expected: Upgrade)");
    }

    @Test
    void refusesABody() {
        headers.set(HttpHeaderNames.CONTENT_LENGTH, "3");
        assertRefused(ErrorCode.BAD_REQUEST, "body");

        headers.remove(HttpHeaderNames.CONTENT_LENGTH).set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        assertRefused(ErrorCode.BAD_REQUEST, "body");
    }

    @Test
    void takesAnEmptyBody() {
        headers.set(HttpHeaderNames.CONTENT_LENGTH, "0");

        assertThat(check().key()).isEqualTo(KEY);
    }

    @Test
    void refusesOtherMethodsAndVersions() {
        assertThatThrownBy(() -> OpeningHandshake.check(HttpMethod.HEAD, HttpVersion.HTTP_1_1, headers))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.METHOD_NOT_ALLOWED));
        assertThatThrownBy(() -> OpeningHandshake.check(HttpMethod.GET, HttpVersion.HTTP_1_0, headers))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
    }

    private OpeningHandshake check() {
        return OpeningHandshake.check(HttpMethod.GET, HttpVersion.HTTP_1_1, headers);
    }

    private void assertRefused(ErrorCode code, String part) {
        assertThatThrownBy(this::check)
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(part);
    }
}
