// SPDX-License-Identifier: Apache-2.0
package io.wherry.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.wherry.config.ConfigKey;
import io.wherry.config.CoreKeys;
import io.wherry.config.KeyTable;
import io.wherry.spi.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/configuration.md} shows every key of every transport as it is. */
final class ConfigurationPageTest {

    private static final Pattern TABLE = Pattern.compile("<!-- keys: ([a-z]+) -->\n(.*?)<!-- end -->", Pattern.DOTALL);

    static List<Arguments> tables() {
        List<Arguments> tables = new ArrayList<>();
        tables.add(arguments("core", CoreKeys.all()));
        transports().forEach(transport -> tables.add(arguments(transport.name(), transport.keys())));
        return tables;
    }

    /** Where a table differs, the message shows it as it should be. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("tables")
    void itShowsTheKeysOf(String name, List<ConfigKey<?>> keys) throws IOException {
        List<String> shown = TABLE.matcher(Files.readString(Path.of("..", "docs", "configuration.md")))
                .results()
                .filter(table -> table.group(1).equals(name))
                .map(table -> table.group(2).strip())
                .toList();

        assertThat(shown).containsExactly(KeyTable.markdown(keys).strip());
    }

    @Test
    void noKeyIsThereTwice() {
        List<ConfigKey<?>> all = new ArrayList<>(CoreKeys.all());
        transports().forEach(transport -> all.addAll(transport.keys()));

        assertThat(all).extracting(ConfigKey::name).doesNotHaveDuplicates();
    }

    @Test
    void everyTransportIsOnTheClassPathOnce() {
        assertThat(transports())
                .extracting(Transport::name)
                .containsExactly("comet", "http", "local", "longpoll", "sse", "websocket");
    }

    private static List<Transport> transports() {
        return ServiceLoader.load(Transport.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(Transport::name))
                .toList();
    }
}
