// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigLoaderTest {

    @TempDir
    Path folder;

    private final Map<String, String> builder = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Properties system = new Properties();
    private URLClassLoader classPath;

    @BeforeEach
    void open() throws IOException {
        classPath = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null);
    }

    @AfterEach
    void close() throws IOException {
        classPath.close();
    }

    @Test
    void withoutAnySourceThereAreDefaults() {
        assertThat(read(null).get(CoreKeys.PORT)).isEqualTo(8080);
        assertThat(read(null).toString()).isEqualTo("Config[]");
    }

    @Test
    void eachPlaceGoesBeforeTheOneBelow() {
        Path file = write("own.properties", "wherry.port=2");

        write("wherry.properties", "wherry.port=1");
        assertThat(read(null).get(CoreKeys.PORT)).isEqualTo(1);
        assertThat(read(file).get(CoreKeys.PORT)).isEqualTo(2);
        environment.put("WHERRY_PORT", "3");
        assertThat(read(file).get(CoreKeys.PORT)).isEqualTo(3);
        system.setProperty("wherry.port", "4");
        assertThat(read(file).get(CoreKeys.PORT)).isEqualTo(4);
        builder.put("wherry.port", "5");
        assertThat(read(file).get(CoreKeys.PORT)).isEqualTo(5);
    }

    @Test
    void aPlaceLeavesTheOtherKeysAsTheyWere() {
        write("wherry.properties", "wherry.port=1\nwherry.path=/a");
        environment.put("WHERRY_LIMITS_HANDSHAKE_TIME", "3s");

        Config config = read(null);

        assertThat(config.get(CoreKeys.PORT)).isEqualTo(1);
        assertThat(config.get(CoreKeys.PATH)).isEqualTo("/a");
        assertThat(config.get(CoreKeys.HANDSHAKE_TIMEOUT)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void theFileIsNamedByTheBuilderThenASystemPropertyThenTheEnvironment() {
        Path first = write("first.properties", "wherry.port=1");
        Path second = write("second.properties", "wherry.port=2");
        Path third = write("third.properties", "wherry.port=3");

        environment.put("WHERRY_CONFIG", third.toString());
        assertThat(read(null).get(CoreKeys.PORT)).isEqualTo(3);
        system.setProperty("wherry.config", second.toString());
        assertThat(read(null).get(CoreKeys.PORT)).isEqualTo(2);
        assertThat(read(first).get(CoreKeys.PORT)).isEqualTo(1);
    }

    @Test
    void filesAreUtf8() {
        write("wherry.properties", "wherry.host=größe\u4f60");

        assertThat(read(null).get(CoreKeys.HOST)).isEqualTo("größe\u4f60");
    }

    @Test
    void aRefusalNamesThePlace() {
        Path file = write("own.properties", "wherry.loops=x");
        write("wherry.properties", "wherry.port=x");
        environment.put("WHERRY_HEARTBEAT", "x");
        system.setProperty("wherry.lost-after", "x");
        builder.put("wherry.callbacks", "x");

        Refusal.of(() -> read(file))
                .hasLineCount(5)
                .contains("wherry.port: x, from wherry.properties on the class path (expected: a whole number")
                .contains("wherry.loops: x, from the file " + file + " (expected: a whole number")
                .contains("WHERRY_HEARTBEAT: x, from the environment (expected: a time")
                .contains("wherry.lost-after: x, from the system properties (expected: a time")
                .contains("wherry.callbacks: x, from the builder (expected: one of threads, loop)");
    }

    @Test
    void aBadValueThatIsOverriddenDoesNoHarm() {
        write("wherry.properties", "wherry.port=x");
        builder.put("wherry.port", "1");

        assertThat(read(null).get(CoreKeys.PORT)).isEqualTo(1);
    }

    @Test
    void anUnknownVariableIsToldAsItIsSpelled() {
        environment.put("WHERRY_LIMITS_HANDSHAKE_TIMEOUT", "3s");

        Refusal.of(() -> read(null))
                .isEqualTo("configuration: WHERRY_LIMITS_HANDSHAKE_TIMEOUT: 3s, from the environment"
                        + " (expected: a key that exists, of which WHERRY_LIMITS_HANDSHAKE_TIME is the nearest)");
    }

    @Test
    void aVariableOfAModuleThatIsMissingNamesTheArtifact() {
        environment.put("WHERRY_SSE_RETRY", "3s");

        Refusal.of(() -> read(null)).contains("WHERRY_SSE_RETRY: 3s", "io.wherry:wherry-transport-sse");
    }

    @Test
    void whatIsNotWherrysIsPassedOver() {
        Path file = write("application.properties", "server.port=1\nwherryish=2");
        environment.put("WHERRYPORT", "1");
        environment.put("PORT", "1");
        system.setProperty("port", "1");
        system.put(new Object(), new Object());

        assertThat(read(file).toString()).isEqualTo("Config[]");
    }

    @Test
    void allKeysOfWherrysOwnFileAndOfTheBuilderAreWherrys() {
        write("wherry.properties", "port=1");
        builder.put("handshake-time", "1s");

        Refusal.of(() -> read(null))
                .contains("port: 1, from wherry.properties on the class path", "wherry.port is the nearest")
                .contains("handshake-time: 1s, from the builder", "wherry.limits.handshake-time is the nearest");
    }

    @Test
    void whatKubernetesSetsForServicesIsPassedOver() {
        environment.put("WHERRY_PORT", "tcp://10.0.0.1:8080");
        environment.put("WHERRY_SERVICE_HOST", "10.0.0.1");
        environment.put("WHERRY_SERVICE_PORT", "8080");
        environment.put("WHERRY_SERVICE_PORT_HTTP", "8080");
        environment.put("WHERRY_PORT_8080_TCP", "tcp://10.0.0.1:8080");
        environment.put("WHERRY_PORT_8080_TCP_ADDR", "10.0.0.1");
        environment.put("WHERRY_DEMO_SERVICE_HOST", "10.0.0.2");
        environment.put("WHERRY_DEMO_PORT", "tcp://10.0.0.2:80");
        environment.put("WHERRY_DEMO_PORT_80_TCP_PROTO", "tcp");

        assertThat(read(null).get(CoreKeys.PORT)).isEqualTo(8080);
    }

    @Test
    void aFileThatCannotBeReadIsRefused() {
        Path missing = folder.resolve("missing.properties");

        Refusal.of(() -> read(missing))
                .startsWith("configuration: " + missing
                        + ", named by the builder (expected: a file of properties that can be read)");
        environment.put("WHERRY_CONFIG", missing.toString());
        Refusal.of(() -> read(null)).contains("named by the environment variable WHERRY_CONFIG");
        system.setProperty("wherry.config", "\0");
        Refusal.of(() -> read(null)).contains("named by the system property wherry.config");
    }

    @Test
    void aFileThatIsNoPropertiesIsRefused() {
        Path file = write("own.properties", "wherry.host=\\u12");

        Refusal.of(() -> read(file)).contains(file.toString(), "Malformed");
        write("wherry.properties", "wherry.host=\\u12");
        Refusal.of(() -> read(null)).contains("wherry.properties", "named by the class path");
    }

    @ParameterizedTest
    @CsvSource({
        "wherry.port, WHERRY_PORT",
        "wherry.lost-after, WHERRY_LOST_AFTER",
        "wherry.limits.handshake-time, WHERRY_LIMITS_HANDSHAKE_TIME"
    })
    void aVariableIsTheKeyInCapitals(String key, String variable) {
        assertThat(ConfigLoader.environmentName(key)).isEqualTo(variable);
    }

    @Test
    void thisProcessIsReadToo() {
        Config config = ConfigLoader.load(Map.of("wherry.port", "0"), null, CoreKeys.all());

        assertThat(config.get(CoreKeys.PORT)).isZero();
    }

    private Config read(@Nullable Path file) {
        return new ConfigLoader(classPath, environment, system).read(builder, file, List.copyOf(CoreKeys.all()));
    }

    private Path write(String name, String content) {
        try {
            return Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
