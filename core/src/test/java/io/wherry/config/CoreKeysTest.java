// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.wherry.SlowReader;
import io.wherry.TopicOptions;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CoreKeysTest {

    @Test
    void allAreListed() {
        List<Object> constants = Arrays.stream(CoreKeys.class.getDeclaredFields())
                .filter(field -> Modifier.isPublic(field.getModifiers()) && field.getType() == ConfigKey.class)
                .<Object>map(field -> {
                    try {
                        return field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();

        assertThat(CoreKeys.all()).hasSizeGreaterThan(20);
        assertThat(constants).isEqualTo(CoreKeys.all());
    }

    @Test
    void eachIsNamedAndDescribedInTheSameWay() {
        assertThat(CoreKeys.all()).allSatisfy(key -> {
            assertThat(key.name()).matches("wherry(\\.[a-z]+(-[a-z]+)*)+");
            assertThat(key.description()).matches("[A-Z].*[.]");
            assertThat(key.expected()).isNotEmpty().doesNotEndWith(".");
        });
    }

    @Test
    void eachHasAnEnvironmentVariableOfItsOwn() {
        assertThat(CoreKeys.all().stream().map(key -> ConfigLoader.environmentName(key.name())))
                .doesNotHaveDuplicates();
    }

    @Test
    void topicDefaultsAreThoseOfTopicOptions() {
        Config config = Config.of(Map.of(), CoreKeys.all());

        assertThat(new TopicOptions(
                        config.get(CoreKeys.TOPIC_MAX_COUNT),
                        config.get(CoreKeys.TOPIC_MAX_BYTES),
                        config.get(CoreKeys.TOPIC_MAX_AGE),
                        false,
                        config.get(CoreKeys.TOPIC_SLOW_READER)))
                .isEqualTo(TopicOptions.defaults());
    }

    @Test
    void waysWithSlowReadersAreWords() {
        assertThat(Config.of(Map.of("wherry.topic.slow-reader", "latest-by-key 5/s"), CoreKeys.all())
                        .get(CoreKeys.TOPIC_SLOW_READER))
                .isEqualTo(SlowReader.latestByKey().atMost(5));
        Refusal.of(() -> Config.of(Map.of("wherry.topic.slow-reader", "keep 5/s"), CoreKeys.all()))
                .contains("disconnect 1000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/wherry", "/app/push", "/a.b/c-d_e~1"})
    void pathsAreSegments(String path) {
        assertThat(Config.of(Map.of("wherry.path", path + " "), CoreKeys.all()).get(CoreKeys.PATH))
                .isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "wherry", "/wherry/", "//", "/a//b", "/a?b", "/a b", "/%20"})
    void otherPathsAreRefused(String path) {
        Refusal.of(() -> Config.of(Map.of("wherry.path", path), CoreKeys.all())).contains("such as /wherry");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "sse,http,sse"})
    void transportsAreSomeAndDiffer(String transports) {
        Refusal.of(() -> Config.of(Map.of("wherry.transports", transports), CoreKeys.all()))
                .contains("at least one name of a transport, separated by commas, none twice");
    }

    /** Where it differs, the message shows the table as it should be. */
    @Test
    void theReferencePageShowsThem() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "configuration.md"));
        String begin = "<!-- keys: core -->\n";
        int start = page.indexOf(begin) + begin.length();
        int end = page.indexOf("<!-- end -->", start);

        assertThat(page.substring(start, end).strip())
                .isEqualTo(KeyTable.markdown(CoreKeys.all()).strip());
    }
}
