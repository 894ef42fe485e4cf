// SPDX-License-Identifier: Apache-2.0
package io.wherry.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.ErrorCode;
import io.wherry.Handshake;
import io.wherry.Message;
import io.wherry.WherryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

    private final ManualLoop loop = new ManualLoop();
    private final List<@Nullable WherryException> told = new ArrayList<>();

    @Test
    void asksTheSuppliersAnewAndKeepsWhatTheyGave() {
        AtomicInteger asked = new AtomicInteger();
        Credentials credentials = new Credentials(
                Map.of("X-App", "clock"),
                Map.of("Authorization", () -> "Bearer " + asked.incrementAndGet()),
                Runnable::run);
        assertThat(credentials.get()).containsExactlyEntriesOf(Map.of("X-App", "clock"));

        credentials.renew(loop, told::add);
        credentials.renew(loop, told::add);
        assertThat(told).isEmpty();
        loop.runAll();

        assertThat(told).containsExactly(null, null);
        assertThat(credentials.get()).containsOnly(Map.entry("X-App", "clock"), Map.entry("Authorization", "Bearer 2"));
        assertThat(credentials.lines().text()).isEqualTo("Authorization: Bearer 2\nX-App: clock\n");
    }

    @Test
    void tellsAtOnceWhereNothingCanHaveChanged() {
        new Credentials(Map.of("X-App", "clock"), Map.of(), Runnable::run).renew(loop, told::add);

        assertThat(told).hasSize(1).containsOnlyNulls();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb", "a\nb", "\0"})
    void refusesAValueThatIsNoLine(String value) {
        assertThatThrownBy(() -> new Credentials(Map.of("X-App", value), Map.of(), Runnable::run))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
        new Credentials(Map.of(), Map.of("X-App", () -> value), Runnable::run).renew(loop, told::add);
        loop.runAll();

        assertThat(told).singleElement().satisfies(failure -> {
            assertThat(failure).isNotNull().hasMessageContaining("X-App");
        });
    }

    @Test
    void tellsWhatASupplierThrows() {
        new Credentials(
                        Map.of(),
                        Map.of("X-App", () -> {
                            throw new IllegalStateException("no token");
                        }),
                        Runnable::run)
                .renew(loop, told::add);
        loop.runAll();

        assertThat(told).singleElement().satisfies(failure -> {
            assertThat(failure).isNotNull().hasMessageContaining("no token");
        });
    }

    @Test
    void renewsTheHeadersThatMayBeRenewed() {
        Handshake before = new Handshake(
                "sse",
                null,
                Map.of("authorization", List.of("old"), "x-forwarded-user", List.of("ada")),
                Map.of("topic", List.of("time")));

        Handshake after = Credentials.renewed(
                before,
                Message.of("Authorization: Bearer x:y\nX-Forwarded-User: root\ncookie: a=1\ncookie: b=2\n"),
                List.of("authorization", "cookie"));

        assertThat(after.headers())
                .containsOnly(
                        Map.entry("authorization", List.of("Bearer x:y")),
                        Map.entry("x-forwarded-user", List.of("ada")),
                        Map.entry("cookie", List.of("a=1", "b=2")));
        assertThat(after.parameter("topic")).isEqualTo("time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"authorization", ": x", "a b: x", "authorization: a\rb"})
    void refusesWhatIsNoHeader(String lines) {
        Handshake before = new Handshake("sse", null, Map.of(), Map.of());

        assertThatThrownBy(() -> Credentials.renewed(before, Message.of(lines), List.of("authorization")))
                .isInstanceOfSatisfying(
                        WherryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
    }
}
