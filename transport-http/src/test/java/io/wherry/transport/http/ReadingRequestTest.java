// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wherry.ErrorCode;
import io.wherry.Position;
import io.wherry.Start;
import io.wherry.WherryException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReadingRequestTest {

    private static ReadingRequest parse(String query) {
        return parse(query, null);
    }

    private static ReadingRequest parse(String query, @Nullable String lastEventId) {
        return ReadingRequest.of(Query.of("/x?" + query), lastEventId);
    }

    @Test
    void hasDefaults() {
        ReadingRequest request = parse("topic=time&whatever=x");
        assertThat(request.topics()).containsExactly("time");
        assertThat(request.isChannel()).isFalse();
        assertThat(request.start()).isEqualTo(Start.now());
        assertThat(request.isJson()).isFalse();
        assertThat(request.delimiter()).isSameAs(Delimiter.LF);
        assertThat(request.to()).isNull();
    }

    @Test
    void takesEveryParameter() {
        ReadingRequest request =
                parse("topic=b&topic=a&last=5&format=json&delimiter=%0A%0A&to=echo&protocol=wherry.v1");
        assertThat(request.topics()).containsExactly("b", "a");
        assertThat(request.start()).isEqualTo(Start.last(5));
        assertThat(request.isJson()).isTrue();
        assertThat(request.delimiter().bytes()).containsExactly('\n', '\n');
        assertThat(request.to()).isEqualTo("echo");
        assertThat(request.isOpening()).isTrue();
        assertThat(request.isChannel()).isTrue();
    }

    @Test
    void goesOnWithAChannel() {
        ReadingRequest request = parse("channel=abc&after=k3f9-12.3");
        assertThat(request.isOpening()).isFalse();
        assertThat(request.isChannel()).isTrue();
        assertThat(request.channelId()).isEqualTo("abc");
        assertThat(request.start()).isEqualTo(Start.after(Position.parse("k3f9-12.3")));
    }

    @Test
    void aPositionGoesBeforeLastAndAHeaderBeforeAParameter() {
        assertThat(parse("topic=t&last=5&after=k-1").start()).isEqualTo(Start.after(Position.parse("k-1")));
        assertThat(parse("topic=t&after=k-1", "k-2").start()).isEqualTo(Start.after(Position.parse("k-2")));
        assertThat(parse("topic=t&after=k-1", "").start()).isEqualTo(Start.after(Position.parse("k-1")));
    }

    @ParameterizedTest
    @CsvSource({
        "topic=, topic",
        "topic=a%20b, topic",
        "topic=t&after=, after",
        "topic=t&after=12, after",
        "topic=t&after=K-1, after",
        "topic=t&last=0, last",
        "topic=t&last=x, last",
        "topic=t&last=99999999999, last",
        "topic=t&format=xml, format",
        "topic=t&delimiter=, delimiter",
        "protocol=wherry.v2, protocol",
        "channel=, channel",
        "to=, to",
    })
    void namesWhatIsWrong(String query, String parameter) {
        assertThatThrownBy(() -> parse(query)).isInstanceOfSatisfying(WherryException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST);
            assertThat(e).hasMessageStartingWith(parameter).hasMessageContaining("(expected: ");
        });
    }

    @Test
    void saysThatATopicIsMissing() {
        assertThatThrownBy(() -> parse("last=3").requireTopics())
                .isInstanceOf(WherryException.class)
                .hasMessageContaining("topic=NAME");
    }
}
