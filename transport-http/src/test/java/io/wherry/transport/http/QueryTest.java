// SPDX-License-Identifier: Apache-2.0
package io.wherry.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class QueryTest {

    @Test
    void findsWhatIsAskedFor() {
        Query query = Query.of("/wherry/http?topic=a&topics=x&after=k-1&topic=b&flag&topic");
        assertThat(query.path()).isEqualTo("/wherry/http");
        assertThat(query.first("after")).isEqualTo("k-1");
        assertThat(query.all("topic")).containsExactly("a", "b", "");
        assertThat(query.first("flag")).isEmpty();
        assertThat(query.first("top")).isNull();
        assertThat(query.all("none")).isEmpty();
    }

    @Test
    void decodes() {
        Query query = Query.of("/a%20b?x=1+2%2B3&caf%C3%A9=%C3%A9");
        assertThat(query.path()).isEqualTo("/a b");
        assertThat(query.first("x")).isEqualTo("1 2+3");
        assertThat(query.first("café")).isEqualTo("é");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%", "/a?x=%1", "/a?x=%zz", "/a?b=1&%4"})
    void refusesWhatIsMalformed(String target) {
        assertThatThrownBy(() -> Query.of(target)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Whatever can stand in a target is read as Netty's decoder reads it. */
    @Test
    void agreesWithTheDecoder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String target = target(random, i % 4 == 0 ? "ab=&?/+#;" : "ab=&?/;");
            Query query = Query.of(target);
            QueryStringDecoder expected =
                    new QueryStringDecoder(target, StandardCharsets.UTF_8, true, Integer.MAX_VALUE, true);
            String about = "seed " + seed + ", target " + target;
            assertThat(query.path()).as(about).isEqualTo(expected.path());
            assertThat(query.parameters()).as(about).isEqualTo(expected.parameters());
            for (Map.Entry<String, List<String>> entry : expected.parameters().entrySet()) {
                assertThat(query.all(entry.getKey())).as(about).isEqualTo(entry.getValue());
                assertThat(query.first(entry.getKey()))
                        .as(about)
                        .isEqualTo(entry.getValue().get(0));
            }
            assertThat(query.first("absent")).as(about).isNull();
        }
    }

    private static String target(Random random, String letters) {
        StringBuilder target = new StringBuilder("/");
        for (int length = random.nextInt(24); length > 0; length--) {
            target.append(letters.charAt(random.nextInt(letters.length())));
        }
        return target.toString();
    }
}
